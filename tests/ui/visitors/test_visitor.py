import contextlib
import threading

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.errors import RecognizerError, TrainingFailed
from digit_recognizer.ink.strokes import render
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.run import Busy
from digit_recognizer.ui.visitors.visitor import Visitor
from tests.helpers import (
    CONFIG,
    ScriptedPool,
    answered,
    constant_network,
    drawing,
    epoch,
    finished,
    working,
    written_number,
)


def read(visitor) -> list[int]:
    return [prediction.digit for prediction in visitor.reading().predictions]


def shown(visitor) -> tuple:
    """The whole answer, in a form that can be compared."""
    reading = visitor.reading()
    pixels = [prediction.pixels.tobytes() for prediction in reading.predictions]
    return reading.network, reading.problem, read(visitor), pixels


def empty(visitor) -> bool:
    return not visitor.reading().predictions and not visitor.reading().problem


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


@pytest.mark.parametrize("newer", ["a refusal", "a drawing"])
def test_what_comes_while_a_picture_is_being_opened_stays(visitor, picture, newer, monkeypatch):
    scan = Recognizer.scan

    def scan_slowly(recognizer, path):
        scanned = scan(recognizer, path)
        visitor.refuse_upload("No.") if newer == "a refusal" else visitor.draw(drawing())
        return scanned

    monkeypatch.setattr(Recognizer, "scan", scan_slowly)
    visitor.upload(picture)
    assert visitor.reading().problem == ("No." if newer == "a refusal" else "")
    assert (visitor.sheet is not None) == (newer == "a drawing")


def test_several_digits_are_a_number_also_while_looking_back(trained):
    trained.draw(written_number([2, 5], gap=0.5))
    assert read(trained) == [2, 2]
    trained.look_back(1)
    assert read(trained) == [1, 1]
    assert answered(trained) is None


def test_an_empty_sheet_is_an_invitation(visitor):
    assert empty(visitor)


def test_a_drawing_is_answered_and_clearing_it_takes_the_answer_away(visitor):
    visitor.draw(drawing())
    assert answered(visitor) == 5
    visitor.draw([])
    assert answered(visitor) is None


def test_the_view_belongs_to_whichever_was_touched_last(visitor, picture):
    visitor.draw(drawing())
    sheet = shown(visitor)
    visitor.upload(picture)
    upload = shown(visitor)
    assert sheet != upload
    visitor.draw(drawing())
    assert shown(visitor) == sheet
    visitor.upload(picture)
    assert shown(visitor) == upload


def test_the_sheet_holds_a_picture_or_a_drawing_and_clearing_takes_either_away(visitor, picture):
    visitor.draw(drawing())
    visitor.upload(picture)
    assert visitor.sheet is None
    visitor.draw([])
    assert empty(visitor)
    visitor.draw(drawing())
    visitor.upload(picture)
    visitor.upload(None)
    assert empty(visitor)


def test_the_built_in_network_reads_too_while_another_one_answers(visitor):
    visitor.draw(drawing())
    assert visitor.reading().built_in == []
    visitor.use_network(Network(constant_network(2), "mine"))
    assert [each.digit for line in visitor.reading().built_in for each in line] == [5]


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_bad_file_is_one_sentence_in_the_panel(visitor, tmp_path, content):
    path = tmp_path / "<b>bad.png"
    path.write_bytes(content)
    visitor.draw(drawing())
    visitor.upload(str(path))
    problem = visitor.reading().problem
    assert answered(visitor) is None
    assert problem.endswith(".")
    assert str(tmp_path) not in problem


def test_a_blank_picture_is_a_sentence_too(visitor, tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(path)
    visitor.upload(str(path))
    assert visitor.reading().problem


def test_a_refused_file_takes_the_place_of_the_answer(visitor):
    visitor.draw(drawing())
    visitor.refuse_upload("Too large.")
    assert visitor.reading().problem == "Too large."


def test_another_network_reads_the_same_drawing_again(visitor):
    visitor.draw(drawing())
    visitor.use_network(Network(constant_network(2), "mine"))
    assert answered(visitor) == 2
    assert visitor.reading().network.name == "mine"
    visitor.use_network(None)
    assert answered(visitor) == 5


@pytest.fixture
def trained(visitor):
    """A visitor whose training was stopped after two epochs; their networks say 1 and 2."""
    visitor.draw(drawing())
    run = visitor.new_run(CONFIG)
    for number in (1, 2):
        run.add(epoch(number, says=number))
    visitor.use_network(Network(constant_network(2), "mine"))
    return visitor


def test_looking_back_lets_an_epoch_answer_and_changes_nothing_else(trained):
    assert trained.look_back(1)
    assert answered(trained) == 1
    assert trained.reading().network.name == texts.yours_of_epoch("Quick", 1, 3, 0.91)
    assert trained.network.name == "mine"
    trained.draw(drawing(3))
    assert answered(trained) == 1
    trained.look_back(2)
    assert answered(trained) == 2


def test_a_used_epoch_becomes_the_visitors_own_network(trained):
    trained.look_back(2)
    assert trained.use_epoch(1)
    assert answered(trained) == 1
    assert trained.network.name == texts.yours_of_epoch("Quick", 1, 3, 0.91)
    assert trained.network.recognizer.mlp.metadata["epoch"] == 1


@pytest.mark.parametrize("epoch", [0, 3, -1])
def test_an_epoch_that_is_not_there_changes_nothing(trained, epoch):
    assert not trained.look_back(epoch)
    assert not trained.use_epoch(epoch)
    assert trained.run.chosen == 2
    assert answered(trained) == 2


def test_an_epoch_that_was_dropped_cannot_be_used(trained):
    trained.run.discard()
    assert not trained.use_epoch(1)
    assert answered(trained) == 2


def test_restoring_and_training_end_the_look_back(trained):
    trained.look_back(1)
    trained.use_network(None)
    assert answered(trained) == 5
    trained.look_back(1)
    trained.new_run(CONFIG)
    assert answered(trained) == 5
    assert not trained.look_back(1)


def test_there_is_no_looking_back_while_training(trained):
    job = working(trained)
    assert not trained.look_back(1)
    assert not trained.use_epoch(1)
    job.close()
    assert trained.look_back(1)


def test_without_a_training_there_is_nothing_to_look_back_at(visitor):
    assert not visitor.look_back(1)
    assert not visitor.use_epoch(1)
    assert not visitor.compare(1)
    assert visitor.epochs_answers(visitor.reading().predictions) == {}


def test_every_epoch_answers_the_drawing(trained):
    trained.draw(written_number([2, 5], gap=0.5))
    answers = trained.epochs_answers(trained.reading().predictions)
    assert {epoch: [each.digit for each in said] for epoch, said in answers.items()} == {
        1: [1, 1],
        2: [2, 2],
    }


def test_the_latest_trainings_are_remembered_and_can_be_compared(trained):
    for _ in range(6):
        trained.keep_record(trained.run)
    assert [record.number for record in trained.records] == [2, 3, 4, 5, 6]
    trained.new_run(CONFIG)
    trained.run.previous = ()
    assert not trained.compare(1)
    assert trained.run.previous == ()
    assert trained.compare(3)
    assert [each.epoch for each in trained.run.previous] == [1, 2]


def test_a_picture_of_several_lines_is_read_line_by_line(visitor, tmp_path):
    row = render(written_number([2, 5, 3], gap=0.5))
    rows = np.vstack([row[60:200], row[60:200]])
    Image.fromarray(np.rint(255 * (1 - rows)).astype(np.uint8)).save(tmp_path / "page.png")
    visitor.upload(str(tmp_path / "page.png"))
    assert [len(line) for line in visitor.reading().lines] == [3, 3]
    assert read(visitor) == [5] * 6


def test_a_visitor_has_one_job_at_a_time(visitor):
    first = working(visitor)
    stop = visitor.job.stop
    with pytest.raises(Busy, match=texts.BUSY):
        working(visitor)
    with pytest.raises(RecognizerError):
        visitor.require_no_job()
    assert not stop.is_set()
    visitor.stop()
    assert stop.is_set()
    first.close()
    visitor.require_no_job()
    working(visitor).close()


def test_a_job_ends_however_its_task_ends(visitor):
    for ending in (ZeroDivisionError(), TrainingFailed("Too bad."), finished()):
        pool = ScriptedPool(ending)
        with contextlib.suppress(ZeroDivisionError, TrainingFailed):
            list(visitor.work(CONFIG, TrainingLine(pool)))
        assert visitor.job is None
        assert pool.released.wait(5)


def test_drawing_and_reading_at_once_never_mixes_states(visitor):
    visitor.draw(drawing())
    sheet, failures = read(visitor), []

    def keep_reading():
        for _ in range(20):
            if (digits := read(visitor)) not in ([], sheet):
                failures.append(digits)

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    for index in range(40):
        visitor.draw([] if index % 2 else drawing())
    for reader in readers:
        reader.join()
    assert not failures
