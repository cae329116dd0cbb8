"""The page's layout, and which event calls which handler; knows nothing about how it is served."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import DEFAULT_PRESET, EPOCHS_RANGE, PAGE_PRESETS, PRESETS
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.answer.answer import render_invitation
from digit_recognizer.ui.answer.answer_panel import AnswerPanel
from digit_recognizer.ui.events import save_in_browser
from digit_recognizer.ui.handlers import Handlers
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.lessons import LessonHandlers, Lessons
from digit_recognizer.ui.masthead.masthead import render_masthead
from digit_recognizer.ui.pictures.examples import Examples
from digit_recognizer.ui.pictures.upload import Upload, UploadGuard
from digit_recognizer.ui.server import fast_lane
from digit_recognizer.ui.server.guarded_blocks import GuardedBlocks
from digit_recognizer.ui.sketchpad.sketchpad import Sketchpad
from digit_recognizer.ui.teach.teach import Teach, TeachHandlers
from digit_recognizer.ui.training.charts import Series, render_accuracy, render_loss
from digit_recognizer.ui.training.fields import fields_of
from digit_recognizer.ui.training.model_files import ModelFile, ModelUpload
from digit_recognizer.ui.training.progress import TrainingLine
from digit_recognizer.ui.training.report import Report
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import render_status

CACHE_SWEEP = (600, 3600)
"""Every so many seconds, uploads older than so many seconds are deleted."""
MAX_EPOCHS = 50
_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "page.js",
    "sketchpad/newcomer.js",
    "answer/announcer.js",
    "masthead/shortcuts.js",
)
"""Functions that the browser runs once the page is there."""

# Answers bypass the queue: one request there and back is about 20 ms faster than the queue's two.
_AT_ONCE = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
# These take their time, so they wait in the queue.
_AT_LEISURE = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
# These have a line of their own.
_STREAMED = {**_AT_LEISURE, "concurrency_limit": None}


def build_page(recognizer: Recognizer, pool: WorkerPool, max_trainings: int = 1) -> gr.Blocks:
    """The whole page, ready for `serving.launch`.

    recognizer: the shipped one, which answers until a visitor trains another.
    pool: where trainings run. max_trainings: how many may run at once, over all visitors.
    """
    visitors = Visitors(recognizer)
    line = TrainingLine(max_trainings)
    handlers = Handlers(recognizer, visitors, pool, line)
    with GuardedBlocks(title=texts.TITLE, fill_width=True, delete_cache=CACHE_SWEEP) as page:
        gr.HTML(render_masthead(), elem_id="masthead", apply_default_css=False)
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="input-side", min_width=280):
                sketchpad = Sketchpad(elem_id="sketchpad")
            with gr.Column(elem_id="answer-side", min_width=280):
                answer = AnswerPanel(render_invitation(texts.SHIPPED), elem_id="prediction")
        lessons = Lessons(elem_id="lessons")
        lesson = gr.HTML(elem_id="lesson", apply_default_css=False)
        teach = Teach(elem_id="teach")
        with gr.Row(elem_id="pictures"):
            with gr.Column(elem_id="upload-side", min_width=280):
                gr.HTML(f'<p class="over-pictures">{texts.UPLOAD}</p>', apply_default_css=False)
                upload = Upload(
                    label=texts.UPLOAD,
                    show_label=False,
                    placeholder=texts.UPLOAD_PLACEHOLDER,
                    buttons=[],
                    height=170,
                    elem_id="upload",
                )
                guard = UploadGuard(elem_id="upload-guard")
            with gr.Column(min_width=280):
                examples = Examples(elem_id="examples")
        with gr.Row(elem_id="charts"):
            loss, accuracy = (
                gr.HTML(
                    render(Series((), (), PRESETS[DEFAULT_PRESET].epochs)),
                    elem_id=elem_id,
                    min_width=280,
                    apply_default_css=False,
                )
                for render, elem_id in (
                    (render_loss, "loss-chart"),
                    (render_accuracy, "accuracy-chart"),
                )
            )
        left = _after_training()
        # Last, so that whoever goes through the page by keys comes to the sheet first.
        with gr.Sidebar(width=330, elem_id="sidebar"):
            training = _training_controls()

        sketchpad.input(
            handlers.draw,
            sketchpad,
            answer,
            api_name=fast_lane.API_NAME,
            trigger_mode="always_last",
            **_AT_ONCE,
        )
        upload.input(handlers.upload, upload, answer, trigger_mode="always_last", **_AT_ONCE)
        guard.select(handlers.refuse, None, answer, **_AT_ONCE)
        examples.select(handlers.take_example, None, [upload, answer], **_AT_ONCE)
        _wire_lessons(LessonHandlers(visitors), lessons, lesson, sketchpad)
        _wire_teaching(TeachHandlers(visitors, pool, line), lessons, teach, answer)
        _wire_training(handlers, training, loss, accuracy, answer, left)
        _wire_afterwards(handlers, training, loss, accuracy, answer, left)
        _add_api(handlers)
        page.load(handlers.arrive, js=_on_load(), **_AT_ONCE)
        page.unload(handlers.leave)
    return page


def _on_load() -> str:
    calls = "".join(f"({(_FOLDER / name).read_text('utf-8').strip()})();" for name in _SCRIPTS)
    return f"() => {{ {calls} }}"


def _training_controls() -> dict[str, gr.components.Component]:
    """The sidebar's fields and buttons, by name."""
    epochs, hidden, batch_size, learning_rate, augment, seed = fields_of(DEFAULT_PRESET)
    gr.HTML(
        f"<h2>{texts.TRAINING}</h2><p>{texts.TRAINING_LEAD}</p>",
        elem_id="training-lead",
        apply_default_css=False,
    )
    controls = {
        "preset": gr.Radio(
            [(texts.PRESETS[name], name) for name in PAGE_PRESETS],
            value=DEFAULT_PRESET,
            label=texts.PRESET,
            info=texts.PRESET_INFO,
            elem_id="preset",
        ),
        "epochs": gr.Slider(
            EPOCHS_RANGE[0],
            MAX_EPOCHS,
            epochs,
            step=1,
            label=texts.EPOCHS,
            info=texts.EPOCHS_INFO,
            buttons=[],
            elem_id="epochs",
        ),
    }
    with gr.Accordion(texts.MORE, open=False):
        controls |= {
            "hidden": gr.Textbox(
                hidden, label=texts.HIDDEN, info=texts.HIDDEN_INFO, elem_id="hidden-layers"
            ),
            "batch_size": gr.Number(batch_size, label=texts.BATCH_SIZE, elem_id="batch-size"),
            "learning_rate": gr.Number(
                learning_rate, label=texts.LEARNING_RATE, step=0.0005, elem_id="learning-rate"
            ),
            "augment": gr.Checkbox(augment, label=texts.DISTORTION, elem_id="distortion"),
            "seed": gr.Number(seed, label=texts.SEED, elem_id="seed"),
        }
    with gr.Row(elem_id="training-buttons"):
        controls["retrain"] = gr.Button(texts.RETRAIN, variant="primary", elem_id="retrain")
        controls["stop"] = gr.Button(texts.STOP, interactive=False, elem_id="stop")
    controls["status"] = gr.HTML(
        render_status(texts.STATUS_IDLE, texts.STATUS_IDLE_DETAIL),
        elem_id="training-status",
        apply_default_css=False,
    )
    controls["restore"] = gr.Button(texts.RESTORE, size="sm", elem_id="restore")
    with gr.Row(elem_id="model-files"):
        controls["download"] = gr.Button(texts.DOWNLOAD, size="sm", elem_id="download-model")
        controls["load"] = ModelUpload(texts.LOAD, size="sm", elem_id="load-model")
    controls["file"] = ModelFile()
    with gr.Column(visible=False, elem_id="time-machine-box") as controls["time_machine"]:
        controls["epoch"] = gr.Slider(
            1,
            MAX_EPOCHS,
            1,
            step=1,
            label=texts.TIME_MACHINE,
            info=texts.TIME_MACHINE_INFO,
            buttons=[],
            elem_id="time-machine",
        )
        controls["summary"] = gr.HTML(elem_id="epoch-summary", apply_default_css=False)
        controls["use_epoch"] = gr.Button(texts.USE_EPOCH, elem_id="use-epoch")
    return controls


def _after_training() -> dict[str, gr.blocks.Block]:
    """What a training leaves to look at, by name; it takes no room before the first one."""
    left = {}
    with gr.Row(visible=False, elem_id="after-training", equal_height=False) as left["box"]:
        with gr.Column(min_width=280) as left["test_box"]:
            left["report"] = Report(elem_id="test-report")
        with gr.Column(min_width=280):
            left["mistakes"] = gr.HTML(elem_id="mistakes", apply_default_css=False)
            left["first_layer"] = gr.HTML(elem_id="first-layer", apply_default_css=False)
    return left


def _wire_lessons(handlers: LessonHandlers, lessons, lesson, sketchpad) -> None:
    lessons.explain(handlers.explain, lessons, lesson, trigger_mode="always_last", **_AT_LEISURE)
    replay = gr.JSON(visible=False)
    save_in_browser(lessons.replay(handlers.replay, sketchpad, replay, **_AT_LEISURE), replay)


def _wire_teaching(handlers: TeachHandlers, lessons, teach, answer) -> None:
    lessons.teach(handlers.show, None, teach, trigger_mode="always_last", **_AT_LEISURE)
    # Each press counts, however quickly the next one follows.
    teach.correct(handlers.correct, None, teach, trigger_mode="multiple", **_AT_ONCE)
    teach.remove(handlers.remove, None, teach, trigger_mode="multiple", **_AT_ONCE)
    teach.bring(handlers.bring, None, teach, **_AT_LEISURE)
    file = gr.JSON(visible=False)
    save_in_browser(teach.export(handlers.export, None, file, **_AT_LEISURE), file)
    shown = [teach, answer]
    teach.learn(handlers.learn, None, shown, **_STREAMED)
    teach.halt(handlers.halt, **_AT_ONCE)
    teach.undo(handlers.undo, None, shown, **_AT_ONCE)


def _wire_training(handlers, controls, loss, accuracy, answer, left) -> None:
    names = ("epochs", "hidden", "batch_size", "learning_rate", "augment", "seed")
    fields = [controls[name] for name in names]
    values = json.dumps({preset: fields_of(preset) for preset in PAGE_PRESETS})
    # In the browser, so that no answer from the server can overwrite what is typed meanwhile.
    controls["preset"].input(None, controls["preset"], fields, js=f"(preset) => ({values})[preset]")
    buttons = [controls["retrain"], controls["stop"], controls["restore"]]
    controls["retrain"].click(
        handlers.retrain,
        [controls["preset"], *fields],
        [
            *(controls["status"], loss, accuracy, answer),
            *buttons,
            *(controls["time_machine"], controls["epoch"], controls["summary"]),
            *(left["box"], left["first_layer"], left["test_box"]),
            *(left["report"], left["mistakes"]),
        ],
        **_STREAMED,
    )
    controls["stop"].click(handlers.stop, **_AT_ONCE)
    shown = [controls["status"], answer]
    controls["restore"].click(handlers.restore, None, shown, **_AT_ONCE)
    file = controls["file"]
    save_in_browser(controls["download"].click(handlers.download, None, file, **_AT_LEISURE), file)
    controls["load"].upload(handlers.load, controls["load"], shown, **_AT_LEISURE)


def _wire_afterwards(handlers, controls, loss, accuracy, answer, left) -> None:
    epoch = controls["epoch"]
    epoch.input(
        handlers.look_back,
        epoch,
        [answer, loss, accuracy, controls["summary"], left["first_layer"]],
        trigger_mode="always_last",
        **_AT_ONCE,
    )
    controls["use_epoch"].click(handlers.use_epoch, epoch, [controls["status"], answer], **_AT_ONCE)
    left["report"].select(handlers.pick_mistakes, None, left["mistakes"], **_AT_ONCE)


def _add_api(handlers: Handlers) -> None:
    """`/predict` for programs; its components are never rendered."""
    picture = Upload(visible=False, label=texts.API_PICTURE)
    label = gr.Label(visible=False, label=texts.API_LABEL)
    gr.Button(visible=False).click(
        handlers.predict, picture, label, api_name="predict", concurrency_limit=4
    )
