import base64
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.teach import view as lesson_teach
from digit_recognizer.ui.teach.teach import TeachHandlers
from digit_recognizer.ui.training.progress import TrainingLine
from digit_recognizer.ui.visitors.teaching import read_corrections
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import ScriptedPool, constant_network, drawing, learnt

REQUEST = SimpleNamespace(session_hash="somebody")


@pytest.fixture
def visitors():
    return Visitors(constant_network(5))


@pytest.fixture
def visitor(visitors):
    return visitors.visit("somebody")


@pytest.fixture
def handlers(visitors):
    return TeachHandlers(visitors, ScriptedPool(learnt()), TrainingLine())


def sent(**data) -> SimpleNamespace:
    return SimpleNamespace(_data=data)


def in_tray(panel: str) -> list[int]:
    return [int(digit) for digit in re.findall(r'data-taught="(\d)"', panel)]


def pressed(panel: str) -> list[int]:
    return [int(digit) for digit in re.findall(r'data-teach="(\d)" aria-pressed="true"', panel)]


def test_an_empty_sheet_asks_for_a_drawing_and_takes_no_correction(handlers, visitor):
    panel = handlers.show(REQUEST)
    assert texts.TEACH_EMPTY in panel
    assert panel.count(" disabled>") == 10 + 3
    assert in_tray(handlers.correct(sent(digit=7), REQUEST)) == []


def test_a_tap_puts_the_drawing_into_the_tray_and_another_tap_corrects_it(handlers, visitor):
    visitor.draw(drawing(8))
    panel = handlers.show(REQUEST)
    assert texts.teach_ask(5) in panel
    assert 'aria-label="5, as it was read" data-read' in panel
    panel = handlers.correct(sent(digit=7), REQUEST)
    assert (in_tray(panel), pressed(panel)) == ([7], [7])
    panel = handlers.correct(sent(digit=8), REQUEST)
    assert (in_tray(panel), pressed(panel)) == ([8], [8])
    assert texts.in_tray(8) in panel
    visitor.draw(drawing(3))
    assert in_tray(handlers.correct(sent(digit=3), REQUEST)) == [8, 3]


def test_an_upload_cannot_be_taught_and_the_page_says_why(handlers, visitor, tmp_path):
    picture = Image.new("L", (60, 60), 255)
    picture.paste(0, (28, 10, 33, 50))
    picture.save(tmp_path / "one.png")
    visitor.upload(str(tmp_path / "one.png"))
    assert texts.TEACH_UPLOAD in handlers.show(REQUEST)
    assert in_tray(handlers.correct(sent(digit=1), REQUEST)) == []


def test_a_drawing_that_reads_as_several_digits_may_still_be_one(handlers, visitor):
    visitor.draw([np.array([[x, 0.2], [x, 0.8]], np.float32) for x in (0.1, 0.5, 0.9)])
    panel = handlers.show(REQUEST)
    assert re.search(r"It reads 5{2,}\. If it is one digit", panel)
    assert in_tray(handlers.correct(sent(digit=3), REQUEST)) == [3]


@pytest.mark.parametrize("data", [None, [], {}, *({"digit": x} for x in (None, 10, -1, 7.0, True))])
def test_what_is_no_digit_is_not_taught(handlers, visitor, data):
    visitor.draw(drawing(8))
    assert in_tray(handlers.correct(SimpleNamespace(_data=data), REQUEST)) == []


def test_a_drawing_without_ink_is_refused_in_words(handlers, visitor):
    visitor.draw([np.full((2, 2), 1.9, np.float32)])
    assert texts.NOT_TAKEN in handlers.correct(sent(digit=1), REQUEST)


def test_a_drawing_leaves_the_tray(handlers, visitor):
    visitor.draw(drawing(8))
    panel = handlers.correct(sent(digit=8), REQUEST)
    (number,) = re.findall(r'data-remove="(\d+)"', panel)
    for data in (None, {"number": "1"}, {"number": [1]}, {"number": 99}):
        assert in_tray(handlers.remove(SimpleNamespace(_data=data), REQUEST)) == [8]
    assert in_tray(handlers.remove(sent(number=int(number)), REQUEST)) == []


def test_a_tray_may_change_while_it_is_shown(handlers, visitor, monkeypatch):
    def read_and_correct(mlp, corrections):
        says = read_corrections(mlp, corrections)
        visitor.teaching.tray.put(drawing(3), 3)  # as another request would
        return says

    visitor.draw(drawing(8))
    visitor.teaching.tray.put(visitor.sheet, 8)
    monkeypatch.setattr(lesson_teach, "read_corrections", read_and_correct)
    assert in_tray(handlers.show(REQUEST)) == [8]
    assert in_tray(handlers.show(REQUEST)) == [8, 3]


def test_an_exported_tray_comes_back(handlers, visitor):
    assert handlers.export(REQUEST) is None
    visitor.draw(drawing(8))
    handlers.correct(sent(digit=8), REQUEST)
    file = handlers.export(REQUEST)
    assert file["orig_name"].endswith(".json")
    content = base64.b64decode(file["url"].partition(",")[2]).decode()
    assert json.loads(content)["drawings"][0]["digit"] == 8
    other = SimpleNamespace(session_hash="somebody else")
    panel = handlers.bring(sent(text=content), other)
    assert in_tray(panel) == [8]
    assert texts.brought(1) in panel


@pytest.mark.parametrize("text", [None, 7, "", "{}", '{"version": 1, "drawings": "<b>"}'])
def test_a_wrong_file_is_refused_and_nothing_is_lost(handlers, visitor, text):
    visitor.draw(drawing(8))
    handlers.correct(sent(digit=8), REQUEST)
    panel = handlers.bring(sent(text=text), REQUEST)
    assert texts.NOT_TAKEN in panel
    assert in_tray(panel) == [8]


def test_a_lesson_changes_panel_and_answer_and_can_be_undone(handlers, visitor):
    visitor.draw(drawing(8))
    handlers.correct(sent(digit=7), REQUEST)
    *_, (panel, answer) = handlers.learn(REQUEST)
    assert 'data-score="test"' in panel
    assert 'data-digit="7"' in answer
    panel, answer = handlers.undo(REQUEST)
    assert texts.LESSON_UNDONE in panel
    assert "data-score" not in panel
    assert 'data-digit="5"' in answer
    assert in_tray(panel) == [7]


def test_halt_stops_a_lesson_but_no_training(handlers, visitor):
    stop = visitor.begin_training()
    handlers.halt(REQUEST)
    assert not stop.is_set()
    visitor.teaching.learning = True
    handlers.halt(REQUEST)
    assert stop.is_set()


def test_a_correction_during_a_lesson_does_not_hide_its_progress(handlers, visitor):
    visitor.draw(drawing(8))
    visitor.teaching.learning, visitor.teaching.status = True, "<p>learning</p>"
    assert "<p>learning</p>" in handlers.correct(sent(digit=8), REQUEST)
