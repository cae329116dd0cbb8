"""The time machine: a strip of what the network of each epoch says about the drawing.

It grows while a training runs. Afterwards an epoch that is chosen answers in place of the newest.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.errors import RecognizerError
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import (
    AnswerPanel,
    is_unsure,
    least_certain,
    render_reading,
    share_of,
)
from digit_recognizer.ui.events import AT_ONCE
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import render_status

LONGEST = 4
"""Digits of a number that a cell of the strip has room for."""
_CHOSEN = "() => Number(document.querySelector('#time-machine [aria-checked=true]').dataset.epoch)"


class Strip(gr.HTML):
    """A cell an epoch; raises `select` when one is chosen, and `input` after a new drawing."""

    def __init__(self, **settings: Any):
        super().__init__(
            js_on_load=(Path(__file__).parent / "strip.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )


class TimeMachine:
    """The strip, what is known of the chosen epoch, and the button that keeps its network."""

    def __init__(
        self,
        visitors: Visitors,
        answer: AnswerPanel,
        charts: Charts,
        status: gr.HTML,
    ):
        self._visitors = visitors
        self._answer = answer
        self._charts = charts
        self._status = status
        with gr.Column(visible=False, elem_id="time-machine-box") as self._box:
            self.strip = Strip(elem_id="time-machine")
            self.summary = gr.HTML(elem_id="epoch-summary", apply_default_css=False)
            self.use_button = gr.Button(texts.USE_EPOCH, elem_id="use-epoch")
        # An event that waits for the one before it loses its data, so the page is asked.
        chosen = gr.Number(visible=False, precision=0)
        self.strip.select(
            self.look_back,
            chosen,
            [answer, *charts.outputs, self.summary],
            js=_CHOSEN,
            trigger_mode="always_last",
            **AT_ONCE,
        )
        self.strip.input(self.read_again, None, self.strip, trigger_mode="always_last", **AT_ONCE)
        self.use_button.click(self.use, chosen, [status, answer], js=_CHOSEN, **AT_ONCE)

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Everything that `show`, `grow` and `hide` change."""
        return [self._box, self.strip, self.summary, self.use_button]

    def hide(self) -> dict:
        """Hide the previous training's epochs."""
        return {self._box: gr.update(visible=False)}

    def grow(self, visitor: Visitor) -> dict:
        """Show the epochs so far, of which none can be chosen yet."""
        return {
            self._box: gr.update(visible=True),
            self.strip: render_strip(_answers(visitor), None),
            self.summary: "",
            self.use_button: gr.update(interactive=False),
        }

    def show(self, visitor: Visitor) -> dict:
        """Offer the stored epochs of the latest training, the last one chosen."""
        run = visitor.run
        return {
            self._box: gr.update(visible=True),
            self.strip: render_strip(_answers(visitor), run.chosen),
            self.summary: run.summary(run.chosen),
            self.use_button: gr.update(interactive=True),
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
        }

    def read_again(self, request: gr.Request) -> dict:
        """Let the network of every epoch read what the sheet shows now."""
        visitor = self._visitors.visit(request.session_hash)
        if visitor.run is None or visitor.job is not None:  # a strip that grows reads on by itself
            return gr.skip()
        return {self.strip: render_strip(_answers(visitor), visitor.run.chosen)}

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


def _answers(visitor: Visitor) -> dict[int, list[Prediction]]:
    return visitor.epochs_answers(visitor.reading().predictions)


def render_strip(answers: Mapping[int, Sequence[Prediction]], chosen: int | None) -> str:
    """A cell an epoch with its answer to the drawing; without a chosen one none can be chosen.

    Then no cell takes the focus, so the strip itself does: its cells may have to be scrolled to.
    """
    cells = "".join(_cell(epoch, said, epoch == chosen) for epoch, said in answers.items())
    fixed = ' aria-disabled="true" tabindex="0"' if chosen is None else ""
    return (
        f"<p>{html.escape(texts.TIME_MACHINE_INFO)}</p>"
        f'<div class="strip" role="radiogroup" aria-label="{html.escape(texts.TIME_MACHINE)}"'
        f"{fixed}>{cells}</div>"
    )


def _cell(epoch: int, said: Sequence[Prediction], is_chosen: bool) -> str:
    number = "".join(str(each.digit) for each in said)
    name, unsure = texts.chart_epoch(epoch), ""
    if said:
        least = least_certain(said)
        name = texts.strip_answer(epoch, number, share_of(least))
        unsure = ' data-unsure=""' * is_unsure(least)
    shown = number if len(number) <= LONGEST else f"{number[: LONGEST - 1]}…"
    return (
        f'<button type="button" role="radio" data-epoch="{epoch}" data-said="{number}"{unsure} '
        f'aria-checked="{str(is_chosen).lower()}" tabindex="{0 if is_chosen else -1}" '
        f'aria-label="{html.escape(name)}" title="{html.escape(name)}">{shown}</button>'
    )
