"""The sheet of paper as a Gradio component; knows nothing about what is done with its strokes."""

import json
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.constants import PEN_WIDTH
from digit_recognizer.handwriting.digits import write_plainly
from digit_recognizer.ink.strokes import MAX_POINTS, MAX_STROKES, place_on_sheet
from digit_recognizer.ui.language import texts

SKETCHED = (2, 4, 7)
"""Digits of which one sketches itself for a newcomer."""
SKETCH_SIZE = 0.55
"""Their height, as a share of the sheet's side."""
_FOLDER = Path(__file__).parent
_SCRIPTS = ("sketchpad.js", "sketchpad_keys.js", "sketchpad_connection.js")


class Sketchpad(gr.HTML):
    """A square sheet, a pen for pointers and keys, Undo and Clear.

    Its value is a list of strokes, each a list of [x, y] in units of the sheet's side, as the
    browser sent it: unchecked, for `strokes.parse_strokes` to judge. It raises `input` while the
    pen moves, at most every 100 ms, and when it lifts.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template=(_FOLDER / "sketchpad.html").read_text(encoding="utf-8"),
            js_on_load="\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS),
            apply_default_css=False,
            pen_width=PEN_WIDTH,
            max_strokes=MAX_STROKES,
            max_points=MAX_POINTS,
            sheet_label=texts.SHEET_LABEL,
            sheet_hint=texts.SHEET_HINT,
            sheet_keys=texts.SHEET_KEYS,
            sheet_full=texts.SHEET_FULL,
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


def _sketch(digit: int) -> list[list[list[float]]]:
    """A plain drawing of a digit, in the layout of the component's value."""
    strokes = place_on_sheet(write_plainly(digit), SKETCH_SIZE, PEN_WIDTH)
    return [[[round(float(part), 3) for part in point] for point in stroke] for stroke in strokes]
