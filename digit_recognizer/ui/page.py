"""Assembles the page from its parts; knows nothing about the server."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import RecognizerError
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import AT_ONCE, few_at_once
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.lessons import Lessons
from digit_recognizer.ui.masthead.masthead import render_masthead
from digit_recognizer.ui.pictures.examples import Examples
from digit_recognizer.ui.pictures.upload import Upload
from digit_recognizer.ui.report.afterwards import Afterwards
from digit_recognizer.ui.server.guarded_blocks import FileButton, GuardedBlocks
from digit_recognizer.ui.sketchpad.sketchpad import Sheet
from digit_recognizer.ui.teach.teach import Teach
from digit_recognizer.ui.training.course import Course
from digit_recognizer.ui.training.training import Training
from digit_recognizer.ui.visitors.visitors import Visitors

_SCRIPTS = (
    *("page.js", "training/course.js", "sketchpad/newcomer.js", "sketchpad/boxes.js"),
    *("lessons/inside.js", "masthead/shortcuts.js"),
)
"""Functions that the browser runs once the page is there."""


def build_page(recognizer: Recognizer, pool: WorkerPool, max_trainings: int = 1) -> gr.Blocks:
    """The whole page, ready for `launch.launch`.

    recognizer: the built-in one, which answers until a visitor trains another.
    pool: runs the trainings. max_trainings: number of trainings at once, over all visitors.
    """
    visitors = Visitors(recognizer)
    line = TrainingLine(pool, max_trainings)
    with GuardedBlocks(title=texts.TITLE, fill_width=True) as page:
        gr.HTML(render_masthead(), elem_id="masthead", apply_default_css=False)
        # Parts that change the answer stand before it and after it.
        answer = AnswerPanel(
            render_reading(visitors.visit(None).reading()), elem_id="prediction", render=False
        )
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="input-side", min_width=0):
                with gr.Column(elem_id="sheet-side", min_width=0):
                    sheet = Sheet(visitors, answer)
                    upload = Upload(visitors, answer)
                with gr.Column(elem_id="more-side", min_width=0):
                    Examples(upload)
                    lessons = Lessons(visitors, sheet.sketchpad)
            with gr.Column(elem_id="answer-side", min_width=0):
                answer.render()
                afterwards = Afterwards(visitors, recognizer)
                course = Course(visitors, answer)
            lessons.panel.render()
            Teach(visitors, line, lessons.row, answer)
        afterwards.box.render()
        # Last, so that whoever goes through the page by keys comes to the sheet first.
        with gr.Sidebar(width=330, elem_id="sidebar"):
            training = Training(visitors, line, answer, course, afterwards)

        _add_api(recognizer)

        def arrive(request: gr.Request) -> dict:
            pool.prepare()  # for the training that may come
            return training.arrive(request)

        set_on_arrival = [*training.fields.inputs, training.fields.times, training.status]
        page.load(arrive, None, set_on_arrival, js=_on_load(), **AT_ONCE)

        def leave(request: gr.Request) -> None:
            visitors.leave(request.session_hash)

        page.unload(leave)
    return page


def _on_load() -> str:
    folder = Path(__file__).parent
    calls = "".join(f"({(folder / name).read_text('utf-8').strip()})();" for name in _SCRIPTS)
    return f"() => {{ {calls} }}"


def _add_api(recognizer: Recognizer) -> None:
    """Add `/predict` for programs; its components are never rendered."""

    def predict(path: str | None) -> dict[str, float]:
        """The probability of each digit in a picture, by the built-in network."""
        if path is None:
            raise gr.Error(texts.NO_PICTURE, print_exception=False)
        try:
            probabilities = recognizer.predict(path).probabilities
        except RecognizerError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return {str(digit): float(probabilities[digit]) for digit in range(NUM_CLASSES)}

    picture = FileButton(texts.API_PICTURE, visible=False)
    label = gr.Label(visible=False, label=texts.API_LABEL)
    gr.Button(visible=False).click(
        few_at_once(predict), picture, label, api_name="predict", concurrency_limit=4
    )
