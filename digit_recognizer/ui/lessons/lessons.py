"""The lessons: a row of buttons, and below it the panel of the lesson that is open.

A lesson is an entry in LESSONS and a module that draws its panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.errors import BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import parse_strokes
from digit_recognizer.recognizer import Prediction, Recognizer
from digit_recognizer.ui.answer.answer import least_certain
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
    a recognizer, float32 (H, W) ink and its answer to a digit of that, to HTML; raises
    EmptyDrawing. explains_numbers: False when `render` needs ink that holds a single digit.
    """

    title: str
    empty: str
    render: Callable[[Recognizer, np.ndarray, Prediction], str]
    explains_numbers: bool = True


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
        explains_numbers=False,
    ),
    "looks": Lesson(
        texts.LOOKS,
        texts.LOOKS_EMPTY,
        lambda recognizer, ink, answer: render_looks(recognizer, answer),
    ),
}
"""Keys are the names that the browser sends."""


class LessonRow(gr.HTML):
    """A button for each lesson, one of which may be open, and a button that saves the drawing.

    Its value is `{"lesson": name, "place": place}` while a lesson is open, with the place of the
    chosen digit of a number, from 1. It raises `explain`, or `teach` for *Teach it*, when a lesson
    opens and, while one is open, when an answer has settled or another digit of it is chosen; and
    `replay` when the visitor saves the drawing.
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
        # Rendered by the page, below the answer.
        self.panel = gr.HTML(elem_id="lesson", apply_default_css=False, render=False)
        row.explain(self.explain, row, [self.panel], trigger_mode="always_last", **QUEUED)
        file = gr.JSON(visible=False)
        save_in_browser(row.replay(self.replay, sketchpad, file, **QUEUED), file)

    def explain(self, value: object, request: gr.Request) -> dict:
        """Explain a digit of the answer; `value` is the row's, untrusted."""
        name, place = _parse(value)
        lesson = LESSONS.get(name)
        if lesson is None:
            return {self.panel: ""}
        visitor = self._visitors.visit(request.session_hash)
        ink, reading = visitor.ink(), visitor.reading()
        try:
            if ink is None or not reading.predictions:
                content = render_sentence(lesson.empty)
            elif len(reading.predictions) > 1 and not lesson.explains_numbers:
                content = render_sentence(texts.EXPLAINS_ONE_DIGIT)
            else:
                digit = _digit_at(place, reading.predictions)
                content = lesson.render(reading.network.recognizer, ink, digit)
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


def _parse(value: object) -> tuple[str, int]:
    """The lesson's name and the digit's place; "" and 0 for what is neither."""
    name, place = (value.get("lesson"), value.get("place")) if isinstance(value, dict) else ("", 0)
    return name if isinstance(name, str) else "", place if isinstance(place, int) else 0


def _digit_at(place: int, predictions: Sequence[Prediction]) -> Prediction:
    """The digit at a place counted from 1; elsewhere the one that the answer shows at first."""
    if 1 <= place <= len(predictions):
        return predictions[place - 1]
    return least_certain(predictions)
