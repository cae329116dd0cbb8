"""What happens on the page's events: plain methods that take values and return values.

Knows nothing about the layout. Whatever comes from a browser is checked here or by what is called
here, and every error becomes a sentence in the page.
"""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from digit_recognizer.errors import BadConfig, BadStrokes, RecognizerError
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.strokes import parse_strokes
from digit_recognizer.ui import texts
from digit_recognizer.ui.answer import render_problem
from digit_recognizer.ui.examples import example_path
from digit_recognizer.ui.settings import read_fields
from digit_recognizer.ui.status import render_status
from digit_recognizer.ui.trainings import TrainingLine, TrainingView, run_training
from digit_recognizer.ui.visitors import Visitor, Visitors
from digit_recognizer.worker import WorkerPool


class Handlers:
    """The page's behaviour, over the visitors, the workers and the line for training."""

    def __init__(
        self, recognizer: Recognizer, visitors: Visitors, pool: WorkerPool, line: TrainingLine
    ):
        self._recognizer = recognizer
        self._visitors = visitors
        self._pool = pool
        self._line = line

    def arrive(self) -> None:
        """A page was opened: warm up a worker for the training that may come."""
        self._pool.prepare()

    def leave(self, request: gr.Request) -> None:
        """A tab was closed or reloaded."""
        self._visitors.leave(request.session_hash)

    def draw(self, value: object, request: gr.Request) -> str:
        """The sheet changed to `value`, untrusted JSON. Returns the answer panel."""
        visitor = self._visitor(request)
        try:
            visitor.draw(parse_strokes(value))
        except BadStrokes:
            return render_problem(texts.NOT_A_DRAWING, visitor.network.name)
        return visitor.answer()

    def upload(self, path: str | None, request: gr.Request) -> str:
        """A picture was uploaded to `path`, or taken away. Returns the answer panel."""
        visitor = self._visitor(request)
        visitor.upload(path)
        return visitor.answer()

    def refuse(self, event: gr.EventData, request: gr.Request) -> str:
        """The browser would not upload a file. Returns the answer panel."""
        visitor = self._visitor(request)
        too_large = event._data == {"reason": "size"}
        visitor.refuse_upload(texts.FILE_TOO_LARGE if too_large else texts.WRONG_TYPE)
        return visitor.answer()

    def take_example(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """An example was chosen. Returns the upload's new picture and the answer panel."""
        digit = event._data.get("index") if isinstance(event._data, dict) else None
        if digit not in range(10):
            raise gr.Error(texts.BAD_UPLOAD)
        path = str(example_path(int(digit)))
        return path, self.upload(path, request)

    def predict(self, path: str | None) -> dict[str, float]:
        """For programs: the probability of each digit in a picture, by the shipped network."""
        if path is None:
            raise gr.Error(texts.NO_PICTURE, print_exception=False)
        try:
            prediction = self._recognizer.predict(path)
        except RecognizerError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return {str(digit): float(p) for digit, p in enumerate(prediction.probabilities)}

    def retrain(
        self, preset, epochs, hidden, batch_size, learning_rate, augment, seed, request: gr.Request
    ) -> Iterator[tuple]:
        """Train with the sidebar's fields. Yields updates in the order of `training_outputs`."""
        try:
            config = read_fields(preset, epochs, hidden, batch_size, learning_rate, augment, seed)
        except BadConfig as error:
            yield _updates(
                TrainingView(render_status(texts.NOT_STARTED, str(error)), running=False)
            )
            return
        for view in run_training(self._visitor(request), config, self._pool, self._line):
            yield _updates(view)

    def stop(self, request: gr.Request) -> None:
        """Ask the visitor's training to stop; it says itself what came of it."""
        self._visitor(request).stop_training()

    def restore(self, request: gr.Request) -> tuple[str, str]:
        """Let the shipped network answer again. Returns the status and the answer panel."""
        visitor = self._visitor(request)
        if visitor.is_training:
            return render_status(texts.BUSY), visitor.answer()
        visitor.use_network(None)
        return render_status(texts.RESTORED, texts.RESTORED_DETAIL), visitor.answer()

    def _visitor(self, request: gr.Request) -> Visitor:
        return self._visitors.visit(request.session_hash)


def _updates(view: TrainingView) -> tuple:
    """Values for status, loss, accuracy, answer, and the buttons Retrain, Stop and Restore."""
    parts = (view.status, view.loss, view.accuracy, view.answer)
    if parts == (None,) * 4:
        return (gr.skip(),) * 7
    buttons = (not view.running, view.running, not view.running)
    return (
        *(gr.skip() if part is None else part for part in parts),
        *(gr.update(interactive=usable) for usable in buttons),
    )
