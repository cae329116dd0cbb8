"""*Teach it* on the page: a visitor corrects drawings, and the visitor's network learns them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import BadTray
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import (
    AT_ONCE,
    QUEUED,
    STREAMED,
    inline_file,
    payload,
    save_in_browser,
)
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.lessons import LessonRow
from digit_recognizer.ui.teach.progress import run_fine_tuning
from digit_recognizer.ui.teach.view import render_teach
from digit_recognizer.ui.visitors.teaching import Status
from digit_recognizer.ui.visitors.tray import MAX_FILE_BYTES
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.visitors.visitors import Visitors


class TeachPanel(gr.HTML):
    """The panel as a component; its value is HTML.

    It raises `correct` with a `digit`, `remove` with the `number` of a drawing and `bring` with the
    `text` of a file, all untrusted; and `learn`, `halt`, `undo` and `export` with nothing.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            js_on_load=(Path(__file__).parent / "teach.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            max_bytes=MAX_FILE_BYTES,
            **settings,
        )


class Teach:
    """The panel on the page; it opens from the row of lessons."""

    def __init__(self, visitors: Visitors, line: TrainingLine, row: LessonRow, answer: AnswerPanel):
        self._visitors = visitors
        self._line = line
        self._answer = answer
        self.panel = panel = TeachPanel(elem_id="teach")
        file = gr.JSON(visible=False)
        row.teach(self.show, None, [panel], trigger_mode="always_last", **QUEUED)
        # Each press counts, however quickly the next one follows.
        panel.correct(self.correct, None, [panel], trigger_mode="multiple", **AT_ONCE)
        panel.remove(self.remove, None, [panel], trigger_mode="multiple", **AT_ONCE)
        panel.bring(self.bring, None, [panel], **QUEUED)
        save_in_browser(panel.export(self.export, None, file, **QUEUED), file)
        panel.learn(self.learn, None, [panel, answer], **STREAMED)
        panel.halt(self.halt, **AT_ONCE)
        panel.undo(self.undo, None, [panel, answer], **AT_ONCE)

    def show(self, request: gr.Request) -> dict:
        """Draw the panel when it opens and when the drawing changes."""
        return self._shown(self._visitors.visit(request.session_hash))

    def correct(self, event: gr.EventData, request: gr.Request) -> dict:
        """Put the drawing on the sheet into the tray as the digit that the visitor chose."""
        visitor = self._visitors.visit(request.session_hash)
        strokes, digit = visitor.sheet, payload(event).get("digit")
        if strokes is not None and type(digit) is int and 0 <= digit < NUM_CLASSES:
            try:
                visitor.teaching.tray.put(strokes, digit)
                _tell(visitor, None)
            except BadTray as error:
                _tell(visitor, Status(texts.NOT_TAKEN, str(error)))
        return self._shown(visitor)

    def remove(self, event: gr.EventData, request: gr.Request) -> dict:
        """Take a drawing out of the tray."""
        visitor = self._visitors.visit(request.session_hash)
        number = payload(event).get("number")
        if type(number) is int:
            visitor.teaching.tray.remove(number)
            _tell(visitor, None)
        return self._shown(visitor)

    def bring(self, event: gr.EventData, request: gr.Request) -> dict:
        """Put the drawings of a file into the tray."""
        visitor = self._visitors.visit(request.session_hash)
        try:
            count = visitor.teaching.tray.bring(payload(event).get("text"))
            _tell(visitor, Status(texts.TAKEN, texts.brought(count)))
        except BadTray as error:
            _tell(visitor, Status(texts.NOT_TAKEN, str(error)))
        return self._shown(visitor)

    def export(self, request: gr.Request) -> dict[str, str] | None:
        """The tray as an inline file; None when it is empty."""
        tray = self._visitors.visit(request.session_hash).teaching.tray
        if not tray.corrections:
            return None
        return inline_file(tray.export().encode(), "application/json", texts.TRAY_NAME)

    def learn(self, request: gr.Request) -> Iterator[dict]:
        """Fine-tune the visitor's network on the tray; yields the panel, at the end the answer."""
        visitor = self._visitors.visit(request.session_hash)
        for is_new in run_fine_tuning(visitor, self._line):
            yield self._shown(visitor) if is_new else gr.skip()
        yield self._shown_with_answer(visitor)

    def halt(self, request: gr.Request) -> None:
        """Ask the fine-tuning to stop; `learn` shows the outcome."""
        visitor = self._visitors.visit(request.session_hash)
        if visitor.job is not None and visitor.job.is_fine_tuning:
            visitor.stop()

    def undo(self, request: gr.Request) -> dict:
        """Let the network from before the fine-tuning answer."""
        visitor = self._visitors.visit(request.session_hash)
        if visitor.undo_teaching():
            _tell(visitor, Status(texts.FINE_TUNING_UNDONE))
        return self._shown_with_answer(visitor)

    def _shown(self, visitor: Visitor) -> dict:
        return {self.panel: render_teach(visitor)}

    def _shown_with_answer(self, visitor: Visitor) -> dict:
        return {**self._shown(visitor), self._answer: render_reading(visitor.reading())}


def _tell(visitor: Visitor, status: Status | None) -> None:
    """Show the outcome of a step, unless a fine-tuning shows its progress."""
    if visitor.job is None or not visitor.job.is_fine_tuning:
        visitor.teaching.status = status
