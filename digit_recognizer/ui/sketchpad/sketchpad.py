"""The sheet of paper: the component and the handler for its drawings."""

import asyncio
import json
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.constants import PEN_WIDTH
from digit_recognizer.errors import BadStrokes
from digit_recognizer.handwriting.digits import write_plainly
from digit_recognizer.ink.strokes import (
    FARTHEST_STEP,
    MAX_LENGTH,
    MAX_POINTS,
    MAX_STROKES,
    Strokes,
    parse_strokes,
    place_on_sheet,
)
from digit_recognizer.ui.answer.answer import AnswerPanel, render_problem, render_reading
from digit_recognizer.ui.events import AT_ONCE
from digit_recognizer.ui.fast.fast_lane import API_NAME
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.visitors import Visitors

SKETCHED = (2, 4, 7)
"""The digits that may sketch themselves for a newcomer; one of them does."""
SKETCH_SIZE = 0.55
"""Height of these digits, as a share of the sheet's side."""
FEW_STROKES = 8
FEW_POINTS = 1_000
"""A drawing of at most so many strokes and points is read in a few milliseconds. Each further
stroke may be a digit, and a page of fifty takes a quarter of a second."""
_FOLDER = Path(__file__).parent


class Sketchpad(gr.HTML):
    """A square sheet, a pen for pointers and keys, Undo and Clear.

    Its value is a list of strokes, each a list of [x, y] in units of the sheet's side, as the
    browser sent it: unchecked, for `strokes.parse_strokes` to judge. It raises `input` while the
    pen moves, at most every 100 ms, and when it lifts.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template=(_FOLDER / "sketchpad.html").read_text(encoding="utf-8"),
            js_on_load=(_FOLDER / "sketchpad.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            pen_width=PEN_WIDTH,
            max_strokes=MAX_STROKES,
            max_points=MAX_POINTS,
            max_length=MAX_LENGTH - FARTHEST_STEP,  # one more step may follow
            sheet_label=texts.SHEET_LABEL,
            sheet_hint=texts.SHEET_HINT,
            sheet_keys=texts.SHEET_KEYS,
            sheet_full=texts.SHEET_FULL,
            picture=texts.PICTURE,
            heard_down=texts.PEN_DOWN,
            heard_up=texts.PEN_UP,
            heard_place=texts.PEN_PLACE,
            heard_undo=texts.UNDONE,
            heard_clear=texts.CLEARED,
            sketches=json.dumps([_sketch(digit) for digit in SKETCHED]),
            undo=texts.UNDO,
            undo_title=texts.UNDO_TITLE,
            clear=texts.CLEAR,
            clear_title=texts.CLEAR_TITLE,
            **settings,
        )

    def preprocess(self, payload: object) -> object:
        """Hand the strokes over as they came."""
        return payload

    def postprocess(self, value: object) -> object:
        """Hand the strokes over as they are."""
        return value

    def api_info(self) -> dict[str, Any]:
        """JSON schema of the value."""
        point = {"type": "array", "items": {"type": "number"}}
        return {"type": "array", "items": {"type": "array", "items": point}}


class Sheet:
    """The sheet on the page; the answer follows the pen."""

    def __init__(self, visitors: Visitors, answer: AnswerPanel):
        self._visitors = visitors
        self._one_by_one = asyncio.Lock()
        self.sketchpad = Sketchpad(elem_id="sketchpad")
        self.sketchpad.input(
            self.draw,
            self.sketchpad,
            answer,
            trigger_mode="always_last",
            **{**AT_ONCE, "api_name": API_NAME},
        )

    async def draw(self, value: object, request: gr.Request) -> str:
        """The sheet changed to `value`, untrusted JSON. Returns the answer panel.

        A coroutine that seldom waits: a digit takes a few milliseconds, and when many visitors
        draw, threads that contend for the interpreter would take twice as long. Only what takes
        long is read in a thread, one drawing at a time, so that nobody else waits for it. It
        returns a plain value, since the server may call it without Gradio.
        """
        visitor = self._visitors.visit(request.session_hash)
        try:
            strokes = parse_strokes(value)
        except BadStrokes:
            return render_problem(texts.NOT_A_DRAWING, visitor.reader)
        visitor.draw(strokes)
        if _is_quick(strokes):
            return render_reading(visitor.reading())
        async with self._one_by_one:
            return render_reading(await asyncio.to_thread(visitor.reading))


def _is_quick(strokes: Strokes) -> bool:
    """Whether a drawing may be read on the event loop."""
    return len(strokes) <= FEW_STROKES and sum(map(len, strokes)) <= FEW_POINTS


def _sketch(digit: int) -> list[list[list[float]]]:
    """A plain drawing of a digit, in the layout of the component's value."""
    strokes = place_on_sheet(write_plainly(digit), SKETCH_SIZE, PEN_WIDTH)
    return [[[round(float(part), 3) for part in point] for point in stroke] for stroke in strokes]
