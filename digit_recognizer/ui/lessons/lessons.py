"""The row of lessons under the sheet and the answer, and what they do.

`Lessons` is the row as a Gradio component, `LessonHandlers` what happens on its events. Knows
nothing about how a lesson is made or looks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.errors import BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import parse_strokes
from digit_recognizer.ui.events import inline_file
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.gif import render_replay
from digit_recognizer.ui.lessons.looks import render_looks
from digit_recognizer.ui.lessons.misread import render_stages
from digit_recognizer.ui.lessons.panel import render_nothing_yet, render_too_many
from digit_recognizer.ui.visitors.visitors import Visitors

_FOLDER = Path(__file__).parent
LESSONS = {"stages": render_stages, "looks": render_looks}


class Lessons(gr.HTML):
    """A button for each lesson, one of which is open at a time, and one that saves the drawing.

    Its value is the name of the open lesson. It raises `explain`, or `teach` for that lesson, when
    one was opened, and whenever the answer has changed and come to rest while one is open; and
    `replay` when the drawing is to be saved.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template=(_FOLDER / "lessons.html").read_text(encoding="utf-8"),
            js_on_load=(_FOLDER / "lessons.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            stages=texts.STAGES,
            looks=texts.LOOKS,
            teach=texts.TEACH,
            save=texts.SAVE_GIF,
            save_title=texts.SAVE_GIF_TITLE,
            **settings,
        )


class LessonHandlers:
    """Explains whatever the visitor's answer is about, by the network that answers them."""

    def __init__(self, visitors: Visitors):
        self._visitors = visitors

    def explain(self, name: object, request: gr.Request) -> str:
        """The lesson `name`, untrusted, was opened or follows the drawing. Returns its panel."""
        if not isinstance(name, str) or name not in LESSONS:
            return ""
        visitor = self._visitors.visit(request.session_hash)
        ink, recognizer = visitor.ink(), visitor.reader.recognizer
        try:
            if ink is None:
                return render_nothing_yet(name)
            if len(recognizer.read_ink(ink)) > 1:
                return render_too_many(name)
            return LESSONS[name](recognizer, ink)
        except EmptyDrawing:
            return render_nothing_yet(name)

    def replay(self, value: object, request: gr.Request) -> dict[str, str] | None:
        """Draw the sheet's strokes, `value`, untrusted JSON, again. Returns an inline file."""
        try:
            strokes = parse_strokes(value)
        except BadStrokes:
            return None
        if not strokes:
            return None
        recognizer = self._visitors.visit(request.session_hash).reader.recognizer
        return inline_file(render_replay(strokes, recognizer), "image/gif", texts.GIF_NAME)
