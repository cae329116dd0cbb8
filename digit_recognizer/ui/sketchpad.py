"""The sheet of paper as a Gradio component; knows nothing about what is done with its strokes."""

from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.config import PEN_WIDTH
from digit_recognizer.strokes import MAX_POINTS, MAX_STROKES
from digit_recognizer.ui import texts

_FOLDER = Path(__file__).parent


class Sketchpad(gr.HTML):
    """A square sheet, a pen, Undo and Clear.

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
            sheet_label=texts.SHEET_LABEL,
            sheet_hint=texts.SHEET_HINT,
            sheet_full=texts.SHEET_FULL,
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
