import re
import threading

import pytest
from PIL import Image

from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import EpochResult
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.visitors import COUNTING_SECONDS, Network, Visitor, Visitors
from tests.helpers import answered, constant_network, drawing, written_number


@pytest.fixture
def visitor():
    return Visitor(Network(constant_network(5), "shipped"))


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    image = Image.new("L", (60, 60), 255)
    image.paste(0, (28, 10, 33, 50))
    image.save(path)
    return str(path)


def test_several_digits_are_a_number_also_while_looking_back(trained):
    trained.draw(written_number([2, 5], gap=0.5))
    assert 'data-number="22"' in trained.answer()
    trained.look_back(1)
    assert 'data-number="11"' in trained.answer()
    assert answered(trained) is None


def test_an_empty_sheet_is_an_invitation(visitor):
    assert answered(visitor) is None
    assert "invitation" in visitor.answer()


def test_a_drawing_is_answered_and_clearing_it_takes_the_answer_away(visitor):
    visitor.draw(drawing())
    assert answered(visitor) == 5
    visitor.draw([])
    assert answered(visitor) is None


def test_the_view_belongs_to_whichever_was_touched_last(visitor, picture):
    visitor.draw(drawing())
    sheet = visitor.answer()
    visitor.upload(picture)
    upload = visitor.answer()
    assert sheet != upload
    visitor.draw(drawing())
    assert visitor.answer() == sheet
    visitor.upload(picture)
    assert visitor.answer() == upload


def test_clearing_the_sheet_leaves_the_answer_of_a_later_upload(visitor, picture):
    visitor.draw(drawing())
    visitor.upload(picture)
    upload = visitor.answer()
    visitor.draw([])
    assert visitor.answer() == upload


def test_taking_the_upload_away_brings_back_the_sheet_or_the_invitation(visitor, picture):
    visitor.draw(drawing())
    sheet = visitor.answer()
    visitor.upload(picture)
    visitor.upload(None)
    assert visitor.answer() == sheet
    visitor.draw([])
    visitor.upload(picture)
    visitor.upload(None)
    assert "invitation" in visitor.answer()


def test_taking_away_an_older_upload_leaves_the_sheets_answer(visitor, picture):
    visitor.upload(picture)
    visitor.draw(drawing())
    sheet = visitor.answer()
    visitor.upload(None)
    assert visitor.answer() == sheet


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_bad_file_is_one_sentence_in_the_panel(visitor, tmp_path, content):
    path = tmp_path / "<b>bad.png"
    path.write_bytes(content)
    visitor.draw(drawing())
    visitor.upload(str(path))
    html = visitor.answer()
    assert answered(visitor) is None
    assert re.search(r'class="note problem"[^>]*>[^<]+\.<', html)
    assert str(tmp_path) not in html


def test_a_blank_picture_is_a_sentence_too(visitor, tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(path)
    visitor.upload(str(path))
    assert "problem" in visitor.answer()


def test_a_refused_file_takes_the_place_of_the_answer(visitor):
    visitor.draw(drawing())
    visitor.refuse_upload("Too large.")
    assert "Too large." in visitor.answer()


def test_another_network_reads_the_same_drawing_again(visitor):
    visitor.draw(drawing())
    visitor.use_network(Network(constant_network(2), "mine"))
    assert answered(visitor) == 2
    assert "mine" in visitor.answer()
    visitor.use_network(None)
    assert answered(visitor) == 5


@pytest.fixture
def trained(visitor):
    """A visitor whose training of two epochs has ended; its networks say 1 and 2."""
    visitor.draw(drawing())
    run = visitor.new_run(TrainConfig(epochs=2, preset="quick"))
    for epoch in (1, 2):
        mlp = constant_network(epoch).mlp
        run.add(EpochResult(epoch, 2, 0.5, 0.9, 0.4, 0.91, 1.0, mlp, 5000))
    visitor.use_network(Network(constant_network(2), "mine"))
    return visitor


def test_looking_back_lets_an_epoch_answer_and_changes_nothing_else(trained):
    assert trained.look_back(1)
    assert answered(trained) == 1
    assert "epoch 1 of 2" in trained.answer()
    assert trained.network.name == "mine"
    trained.draw(drawing(3))
    assert answered(trained) == 1
    trained.look_back(2)
    assert answered(trained) == 2


def test_a_used_epoch_becomes_the_visitors_own_network(trained):
    trained.look_back(2)
    assert trained.use_epoch(1)
    assert answered(trained) == 1
    assert trained.network.name == texts.yours("Quick", 1)
    assert trained.network.recognizer.mlp.metadata["epoch"] == 1


@pytest.mark.parametrize("epoch", [0, 3, -1])
def test_an_epoch_that_is_not_there_changes_nothing(trained, epoch):
    assert not trained.look_back(epoch)
    assert not trained.use_epoch(epoch)
    assert answered(trained) == 2


def test_restoring_and_training_end_the_look_back(trained):
    trained.look_back(1)
    trained.use_network(None)
    assert answered(trained) == 5
    trained.look_back(1)
    trained.new_run(TrainConfig())
    assert answered(trained) == 5
    assert not trained.look_back(1)


def test_there_is_no_looking_back_while_training(trained):
    trained.begin_training()
    assert not trained.look_back(1)
    assert not trained.use_epoch(1)


def test_without_a_training_there_is_nothing_to_look_back_at(visitor):
    assert not visitor.look_back(1)


def test_a_visitor_trains_once_at_a_time(visitor):
    stop = visitor.begin_training()
    assert visitor.begin_training() is None
    visitor.stop_training()
    assert stop.is_set()
    visitor.end_training()
    assert visitor.begin_training() is not None


def test_drawing_and_reading_at_once_never_mixes_states(visitor):
    visitor.draw(drawing())
    sheet, failures = visitor.answer(), []

    def read():
        for _ in range(20):
            html = visitor.answer()
            if html != sheet and "invitation" not in html:
                failures.append(html)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for index in range(40):
        visitor.draw([] if index % 2 else drawing())
    for reader in readers:
        reader.join()
    assert not failures


class TestVisitors:
    def test_each_session_has_its_own_network(self):
        visitors = Visitors(constant_network(5))
        visitors.visit("a").use_network(Network(constant_network(1), "mine"))
        for session in "ab":
            visitors.visit(session).draw(drawing())
        assert answered(visitors.visit("a")) == 1
        assert answered(visitors.visit("b")) == 5

    def test_without_a_session_nothing_is_kept(self):
        visitors = Visitors(constant_network(5))
        visitors.visit(None).draw(drawing())
        assert len(visitors) == 0
        assert answered(visitors.visit(None)) is None

    def test_leaving_forgets_the_visitor_and_stops_the_training(self):
        visitors = Visitors(constant_network(5))
        visitors.visit("a").draw(drawing())
        stop = visitors.visit("a").begin_training()
        visitors.leave("a")
        visitors.leave("a")
        assert stop.is_set()
        assert answered(visitors.visit("a")) is None

    def test_there_are_never_more_than_the_limit(self):
        visitors = Visitors(constant_network(5), limit=3)
        for session in "abcab":
            visitors.visit(session).draw(drawing())
        visitors.visit("d")
        assert len(visitors) == 3
        assert answered(visitors.visit("a")) == 5
        assert answered(visitors.visit("c")) is None

    def test_the_idle_are_forgotten_unless_they_train(self):
        now = [0.0]
        visitors = Visitors(constant_network(5), idle_seconds=10, clock=lambda: now[0])
        visitors.visit("trains").begin_training()
        visitors.visit("idles")
        now[0] = 11
        visitors.visit("new")
        assert len(visitors) == 2
        assert visitors.visit("trains").is_training

    def test_own_networks_beyond_the_memory_limit_cost_the_least_recent_visitor(self):
        size = sum(array.nbytes for array in constant_network(0).mlp.weights) + 40
        now = [0.0]
        visitors = Visitors(constant_network(5), max_bytes=2 * size, clock=lambda: now[0])
        for session in "abc":
            visitors.visit(session).use_network(Network(constant_network(1), "mine"))
            visitors.visit(session).draw(drawing())
        now[0] = COUNTING_SECONDS
        visitors.visit("c")
        assert len(visitors) == 2
        assert answered(visitors.visit("c")) == 1
        assert answered(visitors.visit("a")) is None

    def test_the_shipped_network_costs_no_memory(self):
        visitors = Visitors(constant_network(5), max_bytes=1)
        for session in "abc":
            visitors.visit(session).draw(drawing())
        assert len(visitors) == 3
