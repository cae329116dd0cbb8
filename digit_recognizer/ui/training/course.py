"""The course of a training: status, Stop, curves, time machine.

One element outside the sidebar, since what is fixed to the screen inside a sidebar moves with it.
On a phone, course.js fixes it to the foot of the screen from the click on Retrain until it is
dismissed.
"""

from __future__ import annotations

import html

import gradio as gr

from digit_recognizer.training.events import known_history
from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.training.time_machine import TimeMachine
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import render_status


class Course:
    """The element on the page; its parts are changed by the handlers of `Training`."""

    def __init__(self, visitors: Visitors, answer: AnswerPanel):
        close = html.escape(texts.CLOSE)
        with gr.Column(elem_id="course", min_width=0):
            with gr.Row(elem_id="course-head"):
                self.status = gr.HTML(
                    render_status(texts.STATUS_IDLE, texts.STATUS_IDLE_DETAIL),
                    elem_id="training-status",
                    apply_default_css=False,
                )
                self.stop_button = gr.Button(
                    texts.STOP, interactive=False, size="sm", elem_id="stop", min_width=0
                )
                gr.HTML(
                    f'<button type="button" aria-label="{close}" title="{close}">×</button>',
                    elem_id="dismiss-course",
                    apply_default_css=False,
                )
            built_in = visitors.visit(None).network.recognizer.mlp
            self.charts = Charts(known_history(built_in.metadata))
            with gr.Column(elem_id="time-machine-room", min_width=0):
                self.time_machine = TimeMachine(visitors, answer, self.charts, self.status)
