"""The results of a training: its test, and how it compares with earlier ones."""

from __future__ import annotations

import html

import gradio as gr

from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.events import AT_ONCE, payload
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.report.report import (
    Pick,
    Report,
    render_mistakes,
    render_report,
)
from digit_recognizer.ui.report.runs import Runs, render_runs
from digit_recognizer.ui.visitors.networks import Network, known_accuracy
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.visitors.visitors import Visitors


class Afterwards:
    """The test and the latest trainings, below the charts; hidden until a training has ended."""

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
                self.runs = Runs(elem_id="runs")
        self.report.select(self.pick_mistakes, None, [self.mistakes], **AT_ONCE)

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Everything that `show` and `hide` change."""
        return [
            *(self.box, self.owner, self._test_box),
            *(self.report, self.mistakes, self.runs),
        ]

    def hide(self) -> dict:
        """Take away what the former training has left."""
        return {self.box: gr.update(visible=False)}

    def show(self, visitor: Visitor) -> dict:
        """Show the results of the latest training: at least one epoch, perhaps a test."""
        run = visitor.run
        test = run.evaluation
        shown = {
            self.box: gr.update(visible=True),
            self.owner: _render_owner(run.trained),
            self._test_box: gr.update(visible=test is not None),
            self.report: "",
            self.mistakes: "",
            self.runs: render_runs(visitor.records, run.previous),
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


def _render_owner(network: Network) -> str:
    """Whose test this is; course.js greys it when another network answers."""
    return (
        f'<p class="owner" data-network="{network.number}"><b class="badge">'
        f"<bdi>{html.escape(network.name)}</bdi></b> "
        f"<span>{html.escape(texts.ANOTHER_ANSWERS)}</span></p>"
    )
