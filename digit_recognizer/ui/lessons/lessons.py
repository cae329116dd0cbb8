"""The lessons: a row of buttons, and below it the panel of the lesson that is open.

A lesson is an entry in LESSONS and a module that draws its panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.errors import BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import parse_strokes
from digit_recognizer.recognizer import Prediction, Recognizer
from digit_recognizer.ui.events import QUEUED, inline_file, save_in_browser
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.inside import render_inside
from digit_recognizer.ui.lessons.looks import render_looks
from digit_recognizer.ui.lessons.misread import render_stages
from digit_recognizer.ui.lessons.panel import render_panel, render_sentence
from digit_recognizer.ui.sketchpad.gif import render_replay
from digit_recognizer.ui.sketchpad.sketchpad import Sketchpad
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import template


@dataclass(frozen=True)
class Lesson:
    """An explanation of one digit.

    title: on its button. empty: a sentence to show while there is nothing to explain. render: from
    a recognizer, float32 (H, W) ink and its answer to that, to HTML; raises EmptyDrawing.
    """

    title: str
    empty: str
    render: Callable[[Recognizer, np.ndarray, Prediction], str]


LESSONS = {
    "inside": Lesson(
        texts.INSIDE,
        texts.INSIDE_EMPTY,
        lambda recognizer, ink, answer: render_inside(recognizer.mlp, answer),
    ),
    "stages": Lesson(
        texts.STAGES,
        texts.STAGES_EMPTY,
        lambda recognizer, ink, answer: render_stages(recognizer, ink),
    ),
    "looks": Lesson(
        texts.LOOKS,
        texts.LOOKS_EMPTY,
        lambda recognizer, ink, answer: render_looks(recognizer, ink),
    ),
}
"""Keys are the names that the browser sends."""


class LessonRow(gr.HTML):
    """A button for each lesson, one of which may be open, and a button that saves the drawing.

    Its value is the name of the open lesson. It raises `explain`, or `teach` for *Teach it*, when a
    lesson opens and whenever a new answer has settled while a lesson is open; and `replay` when the
    visitor saves the drawing.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template=template("lessons/lessons.html").render(lessons=LESSONS),
            js_on_load=(Path(__file__).parent / "lessons.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )


class Lessons:
    """The row and the panel on the page."""

    def __init__(self, visitors: Visitors, sketchpad: Sketchpad):
        self._visitors = visitors
        self.row = row = LessonRow(elem_id="lessons")
        # Rendered by the page, below what stands beside the sheet.
        self.panel = gr.HTML(elem_id="lesson", apply_default_css=False, render=False)
        row.explain(self.explain, row, [self.panel], trigger_mode="always_last", **QUEUED)
        file = gr.JSON(visible=False)
        save_in_browser(row.replay(self.replay, sketchpad, file, **QUEUED), file)

    def explain(self, name: object, request: gr.Request) -> dict:
        """Explain the answer by the lesson `name`, untrusted."""
        lesson = LESSONS.get(name) if isinstance(name, str) else None
        if lesson is None:
            return {self.panel: ""}
        visitor = self._visitors.visit(request.session_hash)
        ink, reading = visitor.ink(), visitor.reading()
        try:
            if ink is None or not reading.predictions:
                content = render_sentence(lesson.empty)
            elif len(reading.predictions) > 1:
                content = render_sentence(texts.EXPLAINS_ONE_DIGIT)
            else:
                content = lesson.render(reading.network.recognizer, ink, reading.predictions[0])
        except EmptyDrawing:
            content = render_sentence(lesson.empty)
        return {self.panel: render_panel(name, lesson.title, content)}

    def replay(self, value: object, request: gr.Request) -> dict[str, str] | None:
        """Replay the sheet's strokes `value`, untrusted JSON. Returns an inline file."""
        try:
            strokes = parse_strokes(value)
        except BadStrokes:
            return None
        if not strokes:
            return None
        recognizer = self._visitors.visit(request.session_hash).reader.recognizer
        return inline_file(render_replay(strokes, recognizer), "image/gif", texts.GIF_NAME)
