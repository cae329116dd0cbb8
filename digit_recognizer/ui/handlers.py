"""What happens on the page's events: plain methods that take values and return values.

Knows nothing about the layout. Whatever comes from a browser is checked here or by what is called
here, and every error becomes a sentence in the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from digit_recognizer.errors import BadConfig, BadModel, BadStrokes, RecognizerError
from digit_recognizer.ink.strokes import parse_strokes
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.answer.answer import render_problem
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.pictures.examples import example_path
from digit_recognizer.ui.training.fields import read_fields
from digit_recognizer.ui.training.model_files import load_model
from digit_recognizer.ui.training.progress import TrainingLine, TrainingView, run_training
from digit_recognizer.ui.training.report import Pick, known_accuracy, render_mistakes, render_report
from digit_recognizer.ui.training.weights import render_weights
from digit_recognizer.ui.visitors.run import Run
from digit_recognizer.ui.visitors.visitors import Network, Visitor, Visitors
from digit_recognizer.ui.widgets import render_status

AFTERWARDS = 8
"""Parts of the page that show what a training has left."""


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

    async def draw(self, value: object, request: gr.Request) -> str:
        """The sheet changed to `value`, untrusted JSON. Returns the answer panel.

        A coroutine that never waits: it takes a few milliseconds, and when many draw, threads that
        contend for the interpreter take twice as long over the same.
        """
        visitor = self._visitor(request)
        try:
            visitor.draw(parse_strokes(value))
        except BadStrokes:
            return render_problem(texts.NOT_A_DRAWING, visitor.reader.name)
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
            raise gr.Error(texts.BAD_REQUEST, print_exception=False)
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
            yield self._updates(
                TrainingView(render_status(texts.NOT_STARTED, str(error)), running=False)
            )
            return
        # What the former training left goes when this one begins, not when it is refused.
        visitor = self._visitor(request)
        former = visitor.run
        for view in run_training(visitor, config, self._pool, self._line):
            begins = former is not visitor.run
            former = visitor.run
            yield self._updates(view, clear=begins)

    def stop(self, request: gr.Request) -> None:
        """Ask the visitor's training to stop; it says itself what came of it."""
        self._visitor(request).stop_training()

    def restore(self, request: gr.Request) -> tuple[str, str]:
        """Let the shipped network answer again. Returns the status and the answer panel."""
        visitor = self._visitor(request)
        if visitor.is_training:
            return render_status(visitor.business), visitor.answer()
        visitor.use_network(None)
        return render_status(texts.RESTORED, texts.RESTORED_DETAIL), visitor.answer()

    def download(self, request: gr.Request) -> Mlp:
        """The visitor's network, for the component that saves it."""
        return self._visitor(request).network.recognizer.mlp

    def load(self, path: str | None, request: gr.Request) -> tuple[str, str]:
        """A network was uploaded to `path`. Returns the status and the answer panel."""
        visitor = self._visitor(request)
        if visitor.is_training:
            return render_status(visitor.business), visitor.answer()
        try:
            mlp = load_model(path or "")
        except BadModel as error:
            return render_status(texts.NOT_LOADED, str(error)), visitor.answer()
        name = Path(path).name
        visitor.use_network(Network(Recognizer(mlp), texts.loaded(name)))
        return render_status(texts.LOADED, texts.loaded_detail(mlp.hidden)), visitor.answer()

    def look_back(self, epoch: object, request: gr.Request) -> tuple:
        """The time machine went to an epoch.

        Returns the answer panel, both charts, the epoch's summary and its first layer.
        """
        visitor = self._visitor(request)
        run = visitor.run
        if type(epoch) is not int or not visitor.look_back(epoch):
            skipped = (gr.skip(),) * 3
            return visitor.answer(), *skipped[:2], texts.EPOCH_GONE, skipped[2]
        return (
            visitor.answer(),
            *run.charts(epoch),
            run.summary(epoch),
            render_weights(visitor.reader.recognizer.mlp),
        )

    def use_epoch(self, epoch: object, request: gr.Request) -> tuple[str, str]:
        """Make the epoch of the time machine the visitor's own. Returns status and answer panel."""
        visitor = self._visitor(request)
        if visitor.is_training:
            return render_status(visitor.business), visitor.answer()
        if type(epoch) is not int or not visitor.use_epoch(epoch):
            return render_status(texts.EPOCH_GONE), visitor.answer()
        return (
            render_status(texts.EPOCH_KEPT, visitor.run.summary(epoch)),
            visitor.answer(),
        )

    def pick_mistakes(self, event: gr.EventData, request: gr.Request) -> str:
        """A cell or a row of the confusion matrix was picked. Returns the mistakes panel."""
        run = self._visitor(request).run
        if run is None or run.evaluation is None:
            return ""
        return render_mistakes(run.evaluation, Pick.parse(event._data))

    def _visitor(self, request: gr.Request) -> Visitor:
        return self._visitors.visit(request.session_hash)

    def _updates(self, view: TrainingView, clear: bool = False) -> tuple:
        """Values for what a training changes: see `page._wire_training`."""
        parts = (view.status, view.loss, view.accuracy, view.answer)
        if parts == (None,) * 4:
            return (gr.skip(),) * (7 + AFTERWARDS)
        buttons = (not view.running, view.running, not view.running)
        if view.run is not None:
            left = self._afterwards(view.run)
        elif clear:
            left = (gr.update(visible=False), gr.skip(), gr.skip(), gr.update(visible=False))
            left += (gr.skip(),) * (AFTERWARDS - len(left))
        else:
            left = (gr.skip(),) * AFTERWARDS
        return (
            *(gr.skip() if part is None else part for part in parts),
            *(gr.update(interactive=usable) for usable in buttons),
            *left,
        )

    def _afterwards(self, run: Run) -> tuple:
        """Values for what a training leaves: time machine, first layer, test and mistakes."""
        epochs, test = run.epochs, run.evaluation
        report = mistakes = ""
        if test is not None:
            shipped = known_accuracy(self._recognizer.mlp.metadata) if not run.note else None
            report = render_report(test, shipped, on_mnist=not run.note)
            mistakes = render_mistakes(test, Pick())
        return (
            gr.update(visible=True),
            _time_machine(epochs[0], epochs[-1]),
            run.summary(epochs[-1]),
            gr.update(visible=True),
            render_weights(run.network(epochs[-1])),
            gr.update(visible=test is not None),
            report,
            mistakes,
        )


def _time_machine(first: int, last: int) -> dict:
    """Update for the slider over epochs; Gradio takes no slider of one value, so that one rests."""
    return gr.update(
        minimum=first, maximum=max(last, first + 1), value=last, interactive=first < last
    )
