import html
import re
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.training.config import PRESETS, FineTuning
from digit_recognizer.training.events import BatchProgress, DatasetNote, Download, TrainingResult
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.report.afterwards import Afterwards
from digit_recognizer.ui.training.course import Course
from digit_recognizer.ui.training.fields import MEASURED_SECONDS
from digit_recognizer.ui.training.training import Training
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import (
    REQUEST,
    ScriptedPool,
    constant_network,
    drawing,
    epoch,
    finished,
    sent,
    working,
)

CHOSEN = r'data-epoch="(\d+)"[^>]*aria-checked="true"'
WHOLE = (epoch(1), epoch(2), epoch(3), finished())
"""All that a training of three epochs reports."""


class Page:
    """The parts of the page that a training changes, over one visitor and a scripted pool."""

    def __init__(self):
        self.visitors = Visitors(constant_network(5))
        self.visitor = self.visitors.visit(REQUEST.session_hash)
        self.visitor.draw(drawing())
        self.pool = ScriptedPool()
        self.line = TrainingLine(self.pool, room=0)
        with gr.Blocks() as self.blocks:
            self.answer = AnswerPanel()
            self.afterwards = Afterwards(self.visitors, constant_network(5))
            self.afterwards.box.render()
            course = Course(self.visitors, self.answer)
            self.charts = course.charts
            self.training = Training(self.visitors, self.line, self.answer, course, self.afterwards)
        self.status = self.training.status

    def retrain(self, *events, **fields):
        """Press Retrain; an iterator over the changes, by component."""
        self.pool.events = list(events)
        controls = self.training.fields
        values = {controls.preset: "quick", **controls.filled_in("quick"), controls.epochs: 3}
        values |= {getattr(controls, name): value for name, value in fields.items()}
        return self.training.retrain(values, REQUEST)

    def shown(self, changes, component) -> list:
        return [each[component] for each in changes if isinstance(each, dict) and component in each]

    def buttons(self, change) -> tuple:
        """Whether Retrain, Stop and Restore can be pressed."""
        training = self.training
        return tuple(
            change[button]["interactive"]
            for button in (training.retrain_button, training.stop_button, training.restore_button)
        )


@pytest.fixture
def page():
    return Page()


def points(chart: str) -> int:
    return chart.count("<circle")


def is_skip(change) -> bool:
    return change == gr.skip()


def test_each_epoch_adds_a_point_to_both_charts_and_both_series(page):
    changes = list(page.retrain(*WHOLE))
    for chart in (page.charts.loss, page.charts.accuracy):
        assert [points(each) for each in page.shown(changes, chart)] == [0, 2, 4, 6, 6]


def test_whatever_changes_is_among_the_outputs_of_the_event(page):
    (click,) = [fn for fn in page.blocks.fns.values() if fn.fn == page.training.retrain]
    for script, fields in (
        ((BatchProgress(1, 3, 5, 10), *WHOLE), {}),
        ((epoch(1), TrainingFailed("Too bad.")), {}),
        ((), {"epochs": 0}),
    ):
        for change in page.retrain(*script, **fields):
            assert is_skip(change) or change.keys() <= set(click.outputs)


def test_the_untrained_network_is_shown_and_answers_before_the_first_epoch(page):
    changes = list(page.retrain(epoch(0, says=8), *WHOLE))
    assert points(changes[1][page.charts.loss]) == 2
    assert 'data-digit="8"' in changes[1][page.answer]
    assert "Epoch 1 of 3" in changes[1][page.status]
    assert 'aria-valuenow="0"' in changes[1][page.status]


def test_a_training_that_is_stopped_before_its_first_epoch_ends_leaves_nothing(page):
    changes = page.retrain(epoch(0, says=8))
    for _ in range(2):
        next(changes)
    page.training.stop(REQUEST)
    last = list(changes)[-1]
    assert texts.STOPPED_EARLY in last[page.status]
    assert 'data-digit="5"' in last[page.answer]
    assert page.afterwards.runs not in last
    assert page.visitor.records == ()


def test_the_loss_within_an_epoch_is_drawn(page):
    changes = page.retrain(WHOLE[0], BatchProgress(2, 3, 5, 10, 0.3), *WHOLE[1:])
    charts = page.shown(changes, page.charts.loss)
    assert [chart.count("curve within") for chart in charts[:4]] == [0, 0, 1, 1]


def test_the_strip_grows_by_an_epoch_and_none_can_be_chosen_before_the_end(page):
    script = epoch(0, says=8), epoch(1, says=1), epoch(2, says=3), epoch(3, says=4), finished()
    changes = list(page.retrain(*script))
    strips = page.shown(changes, page.training.time_machine.strip)
    said = [re.findall(r'data-said="(\d*)"', strip) for strip in strips]
    assert said == [["8"], ["8", "1"], ["8", "1", "3"], [*"8134"], [*"8133"]]
    assert all('aria-disabled="true"' in strip for strip in strips[:-1])
    assert "aria-disabled" not in strips[-1]


def test_the_download_of_the_digits_is_told(page):
    downloads = Download(0, None), Download(4_200_000, 11_490_434)
    statuses = page.shown(page.retrain(*downloads, *WHOLE), page.status)
    assert any("Downloading MNIST<" in status for status in statuses)
    assert any("Downloading MNIST, 4 of 11 MB" in status for status in statuses)


def test_a_network_that_only_guesses_is_saved_with_a_hint_to_lower_the_rate(page):
    confusion = np.zeros((10, 10), int)
    confusion[:, 1] = 1000
    result = TrainingResult(constant_network(1).mlp, 6.0, Evaluation(confusion, ()))
    status = page.shown(page.retrain(*WHOLE[:3], result), page.status)[-1]
    assert texts.DONE_BADLY in status
    assert "Lower the learning rate" in status
    assert texts.DONE not in status
    assert page.visitor.network.recognizer.mlp is result.mlp


def test_an_earlier_training_can_be_laid_under_the_newest(page):
    list(page.retrain(*WHOLE))
    list(page.retrain(*WHOLE[1:]))
    last = list(page.retrain(*WHOLE))[-1]
    runs = last[page.afterwards.runs]
    assert re.findall(r'data-number="(\d)" aria-pressed="(\w+)"', runs) == [
        ("2", "true"),
        ("1", "false"),
    ]
    assert runs.count("97.89%") == 3
    change = page.training.compare(sent({"number": 1}), REQUEST)
    assert 'data-number="1" aria-pressed="true"' in change[page.afterwards.runs]
    assert "curve previous" in change[page.charts.accuracy]


@pytest.mark.parametrize("data", [None, {}, {"number": 7}, {"number": "1"}, {"number": True}])
def test_a_training_that_is_not_there_cannot_be_compared(page, data):
    assert is_skip(page.training.compare(sent(data), REQUEST))


def test_the_address_sets_the_recipe_and_what_does_not_fit_is_said(page):
    fields = page.training.fields
    request = SimpleNamespace(query_params={"preset": "quick", "epochs": "3"})
    changes = page.training.arrive(request)
    assert changes == {
        fields.preset: "quick",
        **fields.filled_in("quick"),
        fields.epochs: 3,
        **fields.tell_times(),
    }
    changes = page.training.arrive(SimpleNamespace(query_params={"epochs": "1000"}))
    assert list(changes) == [fields.times, page.status]
    assert texts.not_from_address(texts.EPOCHS, "1000") in html.unescape(changes[page.status])
    others = SimpleNamespace(query_params={"__theme": "dark"})
    assert page.training.arrive(others) == fields.tell_times()


def test_a_recipe_takes_as_long_as_its_last_training_here(page):
    times = page.training.fields.times
    quick = texts.PRESETS["quick"]
    assert texts.recipe_takes(quick, MEASURED_SECONDS["quick"]) in times.value
    last = list(page.retrain(*WHOLE))[-1]  # three epochs in six seconds
    assert texts.recipe_takes(quick, 2.0 * PRESETS["quick"].epochs) in last[times]
    again = list(page.retrain(*WHOLE, hidden="5"))[-1]
    assert again[times] == last[times]


def test_the_drawing_is_read_again_after_each_epoch_by_the_network_of_that_epoch(page):
    changes = page.retrain(epoch(1, says=1), epoch(2, says=2), epoch(3, says=4), finished(says=3))
    answers = page.shown(changes, page.answer)
    said = [
        re.search(r'data-digit="(\d)".*model-in-use"[^>]*><bdi>([^<]+)', each) for each in answers
    ]
    assert [each[1] for each in said] == ["5", "1", "2", "4", "3"]
    assert said[2][2] == texts.in_training(0.91)
    assert said[4][2] == texts.yours("Quick", 0.9789)


def test_a_drawing_that_an_older_network_may_have_answered_is_answered_again(page):
    changes = page.retrain(epoch(1), None, None, *WHOLE[1:])
    for _ in range(2):
        next(changes)
    page.visitor.draw([])
    assert "invitation" in next(changes)[page.answer]
    assert is_skip(next(changes))
    assert "invitation" in next(changes)[page.answer]


def test_status_names_the_epoch_its_pace_and_the_time_left(page):
    changes = page.retrain(WHOLE[0], BatchProgress(2, 3, 5, 10), *WHOLE[1:])
    status = page.shown(changes, page.status)
    assert "Epoch 1 of 3" in status[0]
    assert "Epoch 1 of 3" in status[1]
    assert "Epoch 2 of 3" in status[2]
    assert "batch 5 of 10" in status[2]
    assert texts.pace(2.0, 3.0) in status[2]
    assert texts.TESTING in status[4]
    assert "97.89%" in status[-1]


def test_that_tensorflow_starts_is_said_only_when_it_does(page):
    page.pool.warm = False
    changes = page.retrain()
    assert texts.STARTING in next(changes)[page.status]
    changes.close()


def test_the_time_left_is_smoothed_over_three_epochs_and_the_epoch_is_named_once(page):
    paces = (60.0, 2.0, 4.0, 9.0, 1.0)
    script = [replace(epoch(n), epochs=5, seconds=paces[n - 1]) for n in (1, 2, 3, 4, 5)]
    status = page.shown(page.retrain(*script, finished(), epochs=5), page.status)
    assert texts.pace(5.0, 5.0) in status[4]
    assert status[4].count("Epoch 4 of 5") == 2  # as the headline, and as the bar's name
    assert "Epoch 4" not in re.search("status-detail.*", status[4]).group()


def test_a_finished_training_keeps_a_full_bar(page):
    assert 'aria-valuenow="100"' in page.shown(page.retrain(*WHOLE), page.status)[-1]


def test_each_epoch_is_a_plain_sentence_that_stays_through_the_next(page):
    changes = page.retrain(WHOLE[0], BatchProgress(2, 3, 5, 10), *WHOLE[1:])
    for status in page.shown(changes, page.status)[1:3]:
        assert "91.0% of 5,000 unseen digits read correctly" in status


def test_the_end_shows_what_is_left_to_look_at(page):
    changes = list(page.retrain(*WHOLE))
    assert page.shown(changes[:-1], page.afterwards.report) == []
    last = changes[-1]
    assert "97.89%" in last[page.afterwards.report]
    assert "9 read as 8: 211 times" in last[page.afterwards.report]
    assert 'data-marked="3"' in last[page.charts.loss]
    assert re.findall(CHOSEN, last[page.training.time_machine.strip]) == ["3"]


def test_what_the_former_training_left_goes_when_the_next_one_begins(page):
    for machine_or_box in (page.afterwards, page.training.time_machine):
        (hidden,) = machine_or_box.hide().values()
        assert hidden == gr.update(visible=False)
    changes = page.retrain(*WHOLE)
    first = next(changes)
    for box in (*page.afterwards.hide(), *page.training.time_machine.hide()):
        assert first[box] == gr.update(visible=False)
    changes.close()


def test_a_stopped_training_leaves_its_epochs_but_no_test(page):
    changes = page.retrain(epoch(1), epoch(2))
    for _ in range(3):
        next(changes)
    page.training.stop(REQUEST)
    last = list(changes)[-1]
    assert texts.kept_epoch(2) in last[page.status]
    assert last[page.afterwards.report] == ""
    strip = last[page.training.time_machine.strip]
    assert re.findall(r'data-epoch="(\d+)"', strip) == ["1", "2"]
    assert re.findall(CHOSEN, strip) == ["2"]


@pytest.mark.parametrize("events", [(), (epoch(1), TrainingFailed("Too bad."))])
def test_what_came_to_nothing_leaves_nothing(page, events):
    changes = page.retrain(*events)
    next(changes)
    if not events:
        page.training.stop(REQUEST)
    last = list(changes)[-1]
    assert (texts.FAILED if events else texts.STOPPED_EARLY) in last[page.status]
    assert page.afterwards.report not in last
    assert page.buttons(last) == (True, False, True)


def test_the_buttons_follow_the_training(page):
    changes = page.retrain(*WHOLE)
    assert page.buttons(next(changes)) == (False, True, False)
    rest = list(changes)
    assert page.shown(rest[:-1], page.training.stop_button) == []
    assert page.buttons(rest[-1]) == (True, False, True)


def test_a_failure_is_a_sentence(page):
    last = list(page.retrain(epoch(1), TrainingFailed("The worker <died>.")))[-1]
    assert texts.FAILED in last[page.status]
    assert "The worker &lt;died&gt;." in last[page.status]
    assert 'data-digit="5"' in last[page.answer]


def test_even_a_bug_ends_with_a_sentence(page, capsys):
    last = list(page.retrain(ZeroDivisionError("oops")))[-1]
    assert texts.FAILED_DETAIL in last[page.status]
    assert "ZeroDivisionError: oops" in capsys.readouterr().err


def test_a_second_training_of_the_same_visitor_is_refused(page):
    first = working(page.visitor)
    (change,) = page.retrain(finished())
    assert texts.BUSY in change[page.status]
    assert page.buttons(change) == (False, True, False)
    assert page.pool.taken == 0
    first.close()


def test_while_the_network_is_fine_tuned_no_training_begins(page):
    task = FineTuning(None, np.zeros((1, 28, 28), np.float32), np.zeros(1, np.uint8))
    fine_tuning = working(page.visitor, task)
    (change,) = page.retrain(finished())
    assert texts.FINE_TUNING_BUSY in change[page.status]
    assert page.buttons(change) == (True, False, True)
    fine_tuning.close()


def test_a_full_line_is_said_and_changes_nothing(page):
    other = page.visitors.visit("somebody else").work(page_config(page), page.line)
    next(other)
    before = page.visitor.network
    (change,) = page.retrain(finished())
    assert texts.NOT_STARTED in change[page.status]
    assert "Too many trainings are waiting" in change[page.status]
    assert page.visitor.network is before
    other.close()


def page_config(page):
    fields = page.training.fields
    return fields.read({field: field.value for field in fields.inputs})


def test_the_place_in_line_is_told(page):
    page.training._line = line = TrainingLine(page.pool, room=1)
    other = page.visitors.visit("somebody else").work(page_config(page), line)
    next(other)
    changes = page.retrain()
    assert texts.place_in_line(1) in next(changes)[page.status]
    changes.close()
    other.close()


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"epochs": 0}, "epochs"), ({"hidden": "<b>"}, "&lt;b&gt;"), ({"seed": None}, texts.SEED)],
)
def test_fields_that_cannot_work_are_said_and_nothing_begins(page, fields, message):
    (change,) = page.retrain(finished(), **fields)
    assert texts.NOT_STARTED in change[page.status]
    assert message in change[page.status]
    assert page.pool.taken == 0


def test_a_training_without_mnist_says_so_while_it_runs_and_at_the_end(page):
    note = "Training on generated handwriting instead of MNIST."
    changes = page.retrain(DatasetNote(note), *WHOLE)
    during, after = page.shown(changes, page.status)[-2:]
    assert note in during
    assert note in after
    assert "MNIST&#x27;s 10,000" not in after


def test_restore_brings_the_built_in_network_back_but_not_during_a_training(page):
    page.visitor.use_network(Network(constant_network(2), "mine"))
    job = working(page.visitor)
    change = page.training.restore(REQUEST)
    assert texts.BUSY in change[page.status]
    assert 'data-digit="2"' in change[page.answer]
    job.close()
    change = page.training.restore(REQUEST)
    assert texts.RESTORED in change[page.status]
    assert 'data-digit="5"' in change[page.answer]


def test_a_downloaded_network_can_be_loaded_and_answers(page, tmp_path):
    page.visitor.use_network(Network(constant_network(2), "mine"))
    path = tmp_path / "mine.npz"
    page.training.download(REQUEST).save(path)
    page.visitor.use_network(None)
    change = page.training.load(str(path), REQUEST)
    assert texts.LOADED in change[page.status]
    assert 'data-digit="2"' in change[page.answer]
    assert texts.NO_HISTORY in change[page.charts.note]
    assert page.visitor.network.name == texts.loaded("mine.npz")


def test_the_name_of_a_loaded_file_turns_no_other_text_round(page, tmp_path):
    path = tmp_path / "\u202ezpn.npz"
    path.write_bytes(b"no network")
    change = page.training.load(str(path), REQUEST)
    assert "zpn.npz" in change[page.status]
    assert "\u202e" not in change[page.status]
    page.visitor.network.recognizer.mlp.save(path)
    change = page.training.load(str(path), REQUEST)
    assert page.visitor.network.name == texts.loaded("zpn.npz")
    assert f"<bdi>{texts.loaded('zpn.npz')}</bdi>" in change[page.answer]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04"])
def test_a_file_that_is_no_network_is_refused_and_changes_nothing(page, tmp_path, content):
    path = tmp_path / "bad.npz"
    path.write_bytes(content or b"")
    change = page.training.load(None if content is None else str(path), REQUEST)
    assert texts.NOT_LOADED in change[page.status]
    assert 'data-digit="5"' in change[page.answer]


def test_time_left_is_told_as_people_would():
    assert texts.duration(np.float32(0.2)) == "a moment"
    assert texts.duration(59.4) == "59 s"
    assert texts.duration(125) == "2 min 05 s"
