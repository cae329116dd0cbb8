"""The charts of loss and accuracy on the page, and what they show when."""

from __future__ import annotations

import html
from collections.abc import Sequence

import gradio as gr

from digit_recognizer.training.events import EpochFigures
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.plot import Series, render_accuracy, render_loss
from digit_recognizer.ui.visitors.run import Run


class Charts:
    """Both charts on the page, side by side, and the line below them.

    Until the first training they show the history of the built-in network.
    """

    def __init__(self, built_in: Sequence[EpochFigures]):
        self._built_in = built_in
        with gr.Row(elem_id="charts"):
            self.loss = _component("", "loss-chart")
            self.accuracy = _component("", "accuracy-chart")
        self.note = _component("", "chart-note")
        for chart, value in self.draw_built_in().items():
            chart.value = value

    @property
    def outputs(self) -> list[gr.HTML]:
        """Everything that `draw` changes."""
        return [self.loss, self.accuracy, self.note]

    def draw(self, run: Run, marked: int | None = None) -> dict:
        """Draw the curves of a training, with a mark at an epoch."""
        return self._draw(
            Series.of(run, "loss", marked),
            Series.of(run, "accuracy", marked),
            texts.DISTORTED if run.config.augment else "",
        )

    def draw_loss(self, run: Run) -> dict:
        """Draw the curves of the loss again, which has grown within an epoch."""
        return {self.loss: render_loss(Series.of(run, "loss"))}

    def draw_built_in(self) -> dict:
        """Draw how the built-in network was trained."""
        return self.draw_history(self._built_in, texts.BUILT_IN_HISTORY)

    def draw_history(self, history: Sequence[EpochFigures], note: str) -> dict:
        """Draw how a network from a file was trained, if the file tells that, and name it."""
        loss, accuracy = (Series.recorded(history, figure) for figure in ("loss", "accuracy"))
        return self._draw(loss, accuracy, note if history else texts.NO_HISTORY)

    def _draw(self, loss: Series, accuracy: Series, note: str) -> dict:
        return {
            self.loss: render_loss(loss),
            self.accuracy: render_accuracy(accuracy),
            self.note: f'<p class="chart-note">{html.escape(note)}</p>',
        }


def _component(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, min_width=0, apply_default_css=False)
