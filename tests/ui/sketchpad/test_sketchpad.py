import asyncio
import json
import threading

import gradio as gr
import pytest

from digit_recognizer.ink.strokes import MAX_POINTS, parse_strokes
from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.sketchpad.sketchpad import SKETCHED, Sheet
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import REQUEST, constant_network, drawing


@pytest.fixture
def visitors():
    return Visitors(constant_network(5))


@pytest.fixture
def sheet(visitors):
    with gr.Blocks():
        return Sheet(visitors, AnswerPanel())


def draw(sheet, value) -> str:
    """The answer of the handler, a coroutine that must not wait for anything."""
    with pytest.raises(StopIteration) as end:
        sheet.draw(value, REQUEST).send(None)
    return end.value.value


STROKES = [stroke.tolist() for stroke in drawing()]


def test_a_drawing_is_answered_and_kept_for_its_visitor(sheet, visitors):
    assert 'data-digit="5"' in draw(sheet, STROKES)
    visitors.visit(REQUEST.session_hash).use_network(Network(constant_network(2), "mine"))
    assert 'data-digit="2"' in draw(sheet, STROKES)
    assert "invitation" in draw(sheet, [])
    assert visitors.visit("somebody else").sheet is None


@pytest.mark.parametrize("much", [STROKES * 9, [[[0.5, 0.5]] * 1100]], ids=["strokes", "points"])
def test_nobody_waits_for_a_drawing_that_takes_long(sheet, monkeypatch, much):
    reading, others_are_done = Visitor.reading, threading.Event()

    def slow(visitor):
        if threading.current_thread() is not threading.main_thread():
            assert others_are_done.wait(20)
        return reading(visitor)

    monkeypatch.setattr(Visitor, "reading", slow)

    async def draw_both():
        long = asyncio.ensure_future(sheet.draw(much, REQUEST))
        await asyncio.sleep(0)
        assert 'data-digit="5"' in await sheet.draw(STROKES, gr.Request(session_hash="other"))
        assert not long.done()
        others_are_done.set()
        assert "data-digit" in await long

    asyncio.run(draw_both())


@pytest.mark.parametrize("value", [True, 7, "[[[0,0]]]", [[[0, float("nan")]]], [[[0] * 3]], {}])
def test_what_is_no_drawing_is_a_sentence_and_keeps_the_former_one(sheet, visitors, value):
    draw(sheet, STROKES)
    panel = draw(sheet, value)
    assert texts.NOT_A_DRAWING in panel
    assert "data-digit" not in panel
    assert len(visitors.visit(REQUEST.session_hash).sheet) == len(STROKES)


def test_the_sketches_for_newcomers_are_drawings(sheet):
    sketches = json.loads(sheet.sketchpad.props["sketches"])
    assert len(sketches) == len(SKETCHED)
    for sketch in sketches:
        assert 0 < sum(map(len, parse_strokes(sketch))) < MAX_POINTS
