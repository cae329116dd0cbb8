"""The time machine: a slider over a training's epochs, whose networks read the drawing again."""

from __future__ import annotations

import gradio as gr

from digit_recognizer.errors import RecognizerError
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import AT_ONCE
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.report.afterwards import Afterwards, render_first_layer
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.training.fields import MAX_EPOCHS
from digit_recognizer.ui.visitors.run import Run
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import render_status


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
