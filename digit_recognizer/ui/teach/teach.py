"""The panel of the lesson "Teach it" as a Gradio component, and what happens on its events.

Knows nothing about how the panel looks and how a lesson goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import BadTray
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.events import inline_file
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.teach.progress import run_lesson
from digit_recognizer.ui.teach.view import render_teach
from digit_recognizer.ui.training.progress import TrainingLine
from digit_recognizer.ui.visitors.tray import MAX_FILE_BYTES
from digit_recognizer.ui.visitors.visitors import Visitor, Visitors
from digit_recognizer.ui.widgets import render_status

_FOLDER = Path(__file__).parent


class Teach(gr.HTML):
    """The panel; its value is HTML.

    It raises `correct` with a `digit`, `remove` with the `number` of a drawing, `bring` with the
    `text` of a file, or a `problem`; and `learn`, `halt`, `undo` and `export` with nothing.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            js_on_load=(_FOLDER / "teach.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            max_bytes=MAX_FILE_BYTES,
            **settings,
        )


class TeachHandlers:
    """Collects a visitor's corrections and lets their network learn them."""

    def __init__(self, visitors: Visitors, pool: WorkerPool, line: TrainingLine):
        self._visitors = visitors
        self._pool = pool
        self._line = line

    def show(self, request: gr.Request) -> str:
        """The lesson was opened, or has to follow the drawing. Returns the panel."""
        return render_teach(self._visitor(request))

    def correct(self, event: gr.EventData, request: gr.Request) -> str:
        """The visitor said which digit is on the sheet. Returns the panel."""
        visitor, digit = self._visitor(request), _entry(event, "digit")
        strokes = visitor.sheet
        if strokes is not None and type(digit) is int and 0 <= digit < NUM_CLASSES:
            try:
                visitor.teaching.tray.put(strokes, digit)
                _tell(visitor)
            except BadTray as error:
                _tell(visitor, texts.NOT_TAKEN, str(error))
        return render_teach(visitor)

    def remove(self, event: gr.EventData, request: gr.Request) -> str:
        """A drawing is to leave the tray. Returns the panel."""
        visitor, number = self._visitor(request), _entry(event, "number")
        if type(number) is int:
            visitor.teaching.tray.remove(number)
            _tell(visitor)
        return render_teach(visitor)

    def bring(self, event: gr.EventData, request: gr.Request) -> str:
        """A file of drawings was chosen. Returns the panel."""
        visitor = self._visitor(request)
        try:
            number = visitor.teaching.tray.bring(_entry(event, "text"))
            _tell(visitor, texts.TAKEN, texts.brought(number))
        except BadTray as error:
            _tell(visitor, texts.NOT_TAKEN, str(error))
        return render_teach(visitor)

    def export(self, request: gr.Request) -> dict[str, str] | None:
        """The tray as an inline file; None when it is empty."""
        tray = self._visitor(request).teaching.tray
        if not tray.corrections:
            return None
        return inline_file(tray.export().encode(), "application/json", texts.TRAY_NAME)

    def learn(self, request: gr.Request) -> Iterator[tuple]:
        """Learn what is in the tray. Yields the panel and, at the end, the answer panel."""
        visitor = self._visitor(request)
        for is_new in run_lesson(visitor, self._pool, self._line):
            yield render_teach(visitor) if is_new else gr.skip(), gr.skip()
        yield render_teach(visitor), visitor.answer()

    def halt(self, request: gr.Request) -> None:
        """Ask the lesson to stop; it says itself what came of it."""
        visitor = self._visitor(request)
        if visitor.teaching.learning:
            visitor.stop_training()

    def undo(self, request: gr.Request) -> tuple[str, str]:
        """Let the network from before the lesson answer. Returns the panel and the answer panel."""
        visitor = self._visitor(request)
        if visitor.undo_lesson():
            _tell(visitor, texts.LESSON_UNDONE)
        return render_teach(visitor), visitor.answer()

    def _visitor(self, request: gr.Request) -> Visitor:
        return self._visitors.visit(request.session_hash)


def _entry(event: gr.EventData, name: str) -> object:
    """What the browser sent under a name, untrusted."""
    return event._data.get(name) if isinstance(event._data, dict) else None


def _tell(visitor: Visitor, headline: str = "", detail: str = "") -> None:
    """Say what came of a step, but not over the progress of a lesson."""
    if not visitor.teaching.learning:
        visitor.teaching.status = render_status(headline, detail) if headline else ""
