"""The results of a training: its test, its first layer, and the networks of its epochs."""

from __future__ import annotations

import html

import gradio as gr
import numpy as np

from digit_recognizer.errors import RecognizerError
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import AT_ONCE, payload
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.training.fields import MAX_EPOCHS
from digit_recognizer.ui.training.report import (
    Pick,
    Report,
    render_mistakes,
    render_report,
)
from digit_recognizer.ui.visitors.networks import Network, known_accuracy
from digit_recognizer.ui.visitors.run import Run
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import marks_as_png, render_image, render_status

MAX_UNITS = 24
"""Largest number of shown units of the first layer."""
STRONGEST = 0.995
"""Share of the weights that are not drawn at full strength."""


class Afterwards:
    """The test and the first layer, below the charts; hidden until a training has ended."""

    def __init__(self, visitors: Visitors, shipped: Recognizer):
        self._visitors = visitors
        self._shipped = shipped
        # Rendered by the page, below what stands beside the sheet.
        with gr.Row(
            visible=False, render=False, elem_id="after-training", equal_height=False
        ) as self.box:
            self.owner = gr.HTML(elem_id="report-owner", apply_default_css=False)
            with gr.Column(min_width=280) as self._test_box:
                self.report = Report(elem_id="test-report")
            with gr.Column(min_width=280):
                self.mistakes = gr.HTML(elem_id="mistakes", apply_default_css=False)
                self.first_layer = gr.HTML(elem_id="first-layer", apply_default_css=False)
        self.report.select(self.pick_mistakes, None, [self.mistakes], **AT_ONCE)

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Everything that `show` and `hide` change."""
        return [
            *(self.box, self.owner, self._test_box),
            *(self.report, self.mistakes, self.first_layer),
        ]

    def hide(self) -> dict:
        """Take away what the former training has left."""
        return {self.box: gr.update(visible=False)}

    def show(self, run: Run) -> dict:
        """Show a training's results: at least one epoch, perhaps a test."""
        test = run.evaluation
        shown = {
            self.box: gr.update(visible=True),
            self.owner: _render_owner(run.trained) if run.trained else "",
            self._test_box: gr.update(visible=test is not None),
            self.report: "",
            self.mistakes: "",
            self.first_layer: render_first_layer(run.network(run.last)),
        }
        if test is not None:
            shipped = None if run.note else known_accuracy(self._shipped.mlp.metadata)
            shown[self.report] = render_report(test, shipped, on_mnist=not run.note)
            shown[self.mistakes] = render_mistakes(test, Pick())
        return shown

    def pick_mistakes(self, event: gr.EventData, request: gr.Request) -> dict:
        """Show the mistakes of the picked cell or row of the confusion matrix."""
        run = self._visitors.visit(request.session_hash).run
        if run is None or run.evaluation is None:
            return {self.mistakes: ""}
        return {self.mistakes: render_mistakes(run.evaluation, Pick.parse(payload(event)))}


class TimeMachine:
    """A slider over a training's epochs: each epoch's network reads the drawing again."""

    def __init__(
        self,
        visitors: Visitors,
        answer: AnswerPanel,
        charts: Charts,
        afterwards: Afterwards,
        status: gr.HTML,
    ):
        self._visitors = visitors
        self._answer = answer
        self._charts = charts
        self._first_layer = afterwards.first_layer
        self._status = status
        with gr.Column(visible=False, elem_id="time-machine-box") as self._box:
            self.epoch = gr.Slider(
                1,
                MAX_EPOCHS,
                1,
                step=1,
                label=texts.TIME_MACHINE,
                buttons=[],
                elem_id="time-machine",
            )
            self.summary = gr.HTML(elem_id="epoch-summary", apply_default_css=False)
            use = gr.Button(texts.USE_EPOCH, elem_id="use-epoch")
        self.epoch.input(
            self.look_back,
            self.epoch,
            [answer, *charts.outputs, self.summary, self._first_layer],
            trigger_mode="always_last",
            **AT_ONCE,
        )
        use.click(self.use, self.epoch, [status, answer], **AT_ONCE)

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Everything that `show` and `hide` change."""
        return [self._box, self.epoch, self.summary]

    def hide(self) -> dict:
        """Hide the previous training's epochs."""
        return {self._box: gr.update(visible=False)}

    def show(self, run: Run) -> dict:
        """Offer the stored epochs of a training; the slider begins at the last."""
        first, last = run.epochs[0], run.epochs[-1]
        return {
            self._box: gr.update(visible=True),
            # Gradio rejects a slider of one value, so this slider has two and cannot move.
            self.epoch: gr.update(
                minimum=first, maximum=max(last, first + 1), value=last, interactive=first < last
            ),
            self.summary: run.summary(last),
        }

    def look_back(self, epoch: object, request: gr.Request) -> dict:
        """Let the network of an epoch answer, and mark the epoch in the charts."""
        visitor = self._visitors.visit(request.session_hash)
        if type(epoch) is not int or not visitor.look_back(epoch):
            return {self._answer: render_reading(visitor.reading()), self.summary: texts.EPOCH_GONE}
        return {
            self._answer: render_reading(visitor.reading()),
            **self._charts.draw(visitor.run, epoch),
            self.summary: visitor.run.summary(epoch),
            self._first_layer: render_first_layer(visitor.reader.recognizer.mlp),
        }

    def use(self, epoch: object, request: gr.Request) -> dict:
        """Make the network of an epoch the visitor's own."""
        visitor = self._visitors.visit(request.session_hash)
        try:
            visitor.require_no_job()
        except RecognizerError as error:
            status = render_status(str(error))
        else:
            if type(epoch) is int and visitor.use_epoch(epoch):
                status = render_status(texts.EPOCH_KEPT, visitor.run.summary(epoch))
            else:
                status = render_status(texts.EPOCH_GONE)
        return {self._status: status, self._answer: render_reading(visitor.reading())}


def _render_owner(network: Network) -> str:
    """Whose test and first layer these are; course.js greys them when another network answers."""
    return (
        f'<p class="owner" data-network="{network.number}"><b class="badge">'
        f"{html.escape(network.name)}</b> <span>{html.escape(texts.ANOTHER_ANSWERS)}</span></p>"
    )


def render_first_layer(mlp: Mlp) -> str:
    """The weights of up to MAX_UNITS units as pictures; networks of one shape show the same."""
    first = mlp.weights[0].T
    sample = np.unique(np.linspace(0, len(first) - 1, min(MAX_UNITS, len(first))).astype(int))
    strongest = float(np.quantile(np.abs(first[sample]), STRONGEST)) or 1.0
    pictures = "".join(
        render_image(marks_as_png(first[unit] / strongest), texts.unit(unit + 1)) for unit in sample
    )
    return (
        f'<figure class="first-layer"><figcaption><b>{html.escape(texts.FIRST_LAYER)}</b> '
        f"{html.escape(texts.first_layer_info(len(sample), len(first)))}</figcaption>"
        f'<div class="units">{pictures}</div></figure>'
    )
