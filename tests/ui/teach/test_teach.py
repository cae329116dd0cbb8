import base64
import json
import re
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.lessons import LessonRow
from digit_recognizer.ui.teach import view
from digit_recognizer.ui.teach.teach import Teach
from digit_recognizer.ui.visitors.teaching import Status, read_corrections
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import (
    CONFIG,
    REQUEST,
    ScriptedPool,
    constant_network,
    drawing,
    learnt,
    sent,
    working,
)


class Handlers:
    """The handlers of the panel; each returns the HTML of the panel."""

    def __init__(self, visitors):
        with gr.Blocks():
            self.answer = AnswerPanel()
            line = TrainingLine(ScriptedPool(learnt()))
            self.teach = Teach(visitors, line, LessonRow(), self.answer)

    def __getattr__(self, name):
        def call(*arguments):
            return getattr(self.teach, name)(*arguments)[self.teach.panel]

        return call


@pytest.fixture
def visitors():
    return Visitors(constant_network(5))


@pytest.fixture
def visitor(visitors):
    return visitors.visit("somebody")


@pytest.fixture
def handlers(visitors):
    return Handlers(visitors)


def in_tray(panel: str) -> list[int]:
    return [int(digit) for digit in re.findall(r'data-taught="(\d)"', panel)]


def pressed(panel: str) -> list[int]:
    return [int(digit) for digit in re.findall(r'data-teach="(\d)" aria-pressed="true"', panel)]


def test_an_empty_sheet_asks_for_a_drawing_and_takes_no_correction(handlers, visitor):
    panel = handlers.show(REQUEST)
    assert texts.TEACH_EMPTY in panel
    assert panel.count(" disabled>") == 10 + 3
    assert in_tray(handlers.correct(sent({"digit": 7}), REQUEST)) == []


def test_a_tap_puts_the_drawing_into_the_tray_and_another_tap_corrects_it(handlers, visitor):
    visitor.draw(drawing(8))
    panel = handlers.show(REQUEST)
    assert texts.teach_ask(5) in panel
    assert 'aria-label="5, as read by the network" data-read' in panel
    panel = handlers.correct(sent({"digit": 7}), REQUEST)
    assert (in_tray(panel), pressed(panel)) == ([7], [7])
    panel = handlers.correct(sent({"digit": 8}), REQUEST)
    assert (in_tray(panel), pressed(panel)) == ([8], [8])
    assert texts.in_tray(8) in panel
    visitor.draw(drawing(3))
    assert in_tray(handlers.correct(sent({"digit": 3}), REQUEST)) == [8, 3]


def test_an_upload_cannot_be_taught_and_the_page_says_why(handlers, visitor, tmp_path):
    picture = Image.new("L", (60, 60), 255)
    picture.paste(0, (28, 10, 33, 50))
    picture.save(tmp_path / "one.png")
    visitor.upload(str(tmp_path / "one.png"))
    assert texts.TEACH_UPLOAD in handlers.show(REQUEST)
    assert in_tray(handlers.correct(sent({"digit": 1}), REQUEST)) == []


def test_a_drawing_that_reads_as_several_digits_may_still_be_one(handlers, visitor):
    visitor.draw([np.array([[x, 0.2], [x, 0.8]], np.float32) for x in (0.1, 0.5, 0.9)])
    panel = handlers.show(REQUEST)
    assert re.search(r"The network reads 5{2,}\. If it is one digit", panel)
    assert in_tray(handlers.correct(sent({"digit": 3}), REQUEST)) == [3]


@pytest.mark.parametrize("data", [None, [], {}, *({"digit": x} for x in (None, 10, -1, 7.0, True))])
def test_what_is_no_digit_is_not_taught(handlers, visitor, data):
    visitor.draw(drawing(8))
    assert in_tray(handlers.correct(sent(data), REQUEST)) == []


def test_a_drawing_without_ink_is_refused_in_words(handlers, visitor):
    visitor.draw([np.full((2, 2), 1.9, np.float32)])
    assert texts.NOT_TAKEN in handlers.correct(sent({"digit": 1}), REQUEST)


def test_a_drawing_leaves_the_tray(handlers, visitor):
    visitor.draw(drawing(8))
    panel = handlers.correct(sent({"digit": 8}), REQUEST)
    (number,) = re.findall(r'data-remove="(\d+)"', panel)
    for data in (None, {"number": "1"}, {"number": [1]}, {"number": 99}):
        assert in_tray(handlers.remove(sent(data), REQUEST)) == [8]
    assert in_tray(handlers.remove(sent({"number": int(number)}), REQUEST)) == []


def test_a_tray_may_change_while_it_is_shown(handlers, visitor, monkeypatch):
    def read_and_correct(mlp, corrections):
        says = read_corrections(mlp, corrections)
        visitor.teaching.tray.put(drawing(3), 3)  # as another request would
        return says

    visitor.draw(drawing(8))
    visitor.teaching.tray.put(visitor.sheet, 8)
    monkeypatch.setattr(view, "read_corrections", read_and_correct)
    assert in_tray(handlers.show(REQUEST)) == [8]
    assert in_tray(handlers.show(REQUEST)) == [8, 3]


def test_an_exported_tray_comes_back(handlers, visitor):
    assert handlers.teach.export(REQUEST) is None
    visitor.draw(drawing(8))
    handlers.correct(sent({"digit": 8}), REQUEST)
    file = handlers.teach.export(REQUEST)
    assert file["orig_name"].endswith(".json")
    content = base64.b64decode(file["url"].partition(",")[2]).decode()
    assert json.loads(content)["drawings"][0]["digit"] == 8
    other = SimpleNamespace(session_hash="somebody else")
    panel = handlers.bring(sent({"text": content}), other)
    assert in_tray(panel) == [8]
    assert texts.brought(1) in panel


@pytest.mark.parametrize("text", [None, 7, "", "{}", '{"version": 1, "drawings": "<b>"}'])
def test_a_wrong_file_is_refused_and_nothing_is_lost(handlers, visitor, text):
    visitor.draw(drawing(8))
    handlers.correct(sent({"digit": 8}), REQUEST)
    panel = handlers.bring(sent({"text": text}), REQUEST)
    assert texts.NOT_TAKEN in panel
    assert in_tray(panel) == [8]


def test_a_fine_tuning_changes_panel_and_answer_and_can_be_undone(handlers, visitor):
    visitor.draw(drawing(8))
    handlers.correct(sent({"digit": 7}), REQUEST)
    *before, last = handlers.teach.learn(REQUEST)
    assert all(handlers.answer not in change for change in before)
    assert 'data-score="test"' in last[handlers.teach.panel]
    assert 'data-digit="7"' in last[handlers.answer]
    undone = handlers.teach.undo(REQUEST)
    panel = undone[handlers.teach.panel]
    assert texts.FINE_TUNING_UNDONE in panel
    assert "data-score" not in panel
    assert 'data-digit="5"' in undone[handlers.answer]
    assert in_tray(panel) == [7]


TASK = FineTuning(None, np.zeros((1, 28, 28), np.float32), np.zeros(1, np.uint8))


def test_halt_stops_a_fine_tuning_but_no_training(handlers, visitor):
    for task in (CONFIG, TASK):
        job = working(visitor, task)
        handlers.teach.halt(REQUEST)
        assert visitor.job.stop.is_set() is (task is TASK)
        job.close()
    handlers.teach.halt(REQUEST)


def test_a_correction_during_a_fine_tuning_does_not_hide_its_progress(handlers, visitor):
    visitor.draw(drawing(8))
    job = working(visitor, TASK)
    visitor.teaching.status = Status("Learning <now>", share=0.5)
    panel = handlers.correct(sent({"digit": 8}), REQUEST)
    assert "Learning &lt;now&gt;" in panel
    assert 'data-act="halt"' in panel
    job.close()
    assert "Learning" not in handlers.correct(sent({"digit": 8}), REQUEST)
