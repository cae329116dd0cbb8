"""Retrain on the page: its controls and their handlers.

The called functions check all input from browsers, and every error becomes a sentence in the
status.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

import gradio as gr

from digit_recognizer.errors import BadConfig, LineFull, RecognizerError
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.events import (
    BatchProgress,
    Download,
    EpochResult,
    TrainingEvent,
    Waiting,
    known_history,
)
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import (
    AT_ONCE,
    QUEUED,
    STREAMED,
    few_at_once,
    payload,
    save_in_browser,
)
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.report.afterwards import Afterwards
from digit_recognizer.ui.report.runs import render_runs
from digit_recognizer.ui.server.guarded_blocks import FileButton
from digit_recognizer.ui.training.course import Course
from digit_recognizer.ui.training.fields import Fields
from digit_recognizer.ui.training.model_files import ModelFile, load_model
from digit_recognizer.ui.training.progress import run_training
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.run import Busy, Run
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import render_status

_DIRECTION = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Unicode's characters that turn the text after them round."""
SMOOTHED_EPOCHS = 3
"""The time left follows from so many epochs, so that one slow epoch does not make it jump."""


class Training:
    """The sidebar: fields, buttons and files of networks; what comes of them is in the `Course`."""

    def __init__(
        self,
        visitors: Visitors,
        line: TrainingLine,
        answer: AnswerPanel,
        course: Course,
        afterwards: Afterwards,
    ):
        self._visitors = visitors
        self._line = line
        self._answer = answer
        self.status, self.stop_button = course.status, course.stop_button
        self.time_machine = course.time_machine
        self._charts = course.charts
        self._afterwards = afterwards
        gr.HTML(
            f"<h2>{texts.TRAINING}</h2><p>{texts.TRAINING_LEAD}</p>",
            elem_id="training-lead",
            apply_default_css=False,
        )
        self.fields = Fields()
        with gr.Column(elem_id="training-buttons"):
            self.retrain_button = gr.Button(texts.RETRAIN, variant="primary", elem_id="retrain")
            self.restore_button = gr.Button(texts.RESTORE, size="sm", elem_id="restore")
        with gr.Accordion(texts.MORE, open=False, elem_id="more"):
            self.fields.seed.render()
            with gr.Row(elem_id="model-files"):
                download = gr.Button(texts.DOWNLOAD, size="sm", elem_id="download-model")
                load = FileButton(texts.LOAD, size="sm", elem_id="load-model")
        file = ModelFile()

        shown = [self.status, answer]
        self.retrain_button.click(
            self.retrain,
            self.fields.inputs,
            [
                *shown,
                *self._charts.outputs,
                *(self.retrain_button, self.stop_button, self.restore_button),
                *self.time_machine.outputs,
                *afterwards.outputs,
                self.fields.times,
            ],
            **STREAMED,
        )
        self.stop_button.click(self.stop, **AT_ONCE)
        self.restore_button.click(self.restore, None, [*shown, *self._charts.outputs], **AT_ONCE)
        save_in_browser(download.click(self.download, None, file, **QUEUED), file)
        load.upload(few_at_once(self.load), load, [*shown, *self._charts.outputs], **QUEUED)
        afterwards.runs.select(
            self.compare, None, [afterwards.runs, *self._charts.outputs], **AT_ONCE
        )

    def arrive(self, request: gr.Request) -> dict:
        """Set what the page's address asks for, for an event with the fields and the status."""
        values, problems = self.fields.from_address(request.query_params)
        values |= self.fields.tell_times()
        if problems:
            values[self.status] = render_status(texts.STATUS_IDLE, "\n".join(problems))
        return values

    def retrain(self, values: dict, request: gr.Request) -> Iterator[dict]:
        """Train with the fields' values; yields the changes of the page."""
        visitor = self._visitors.visit(request.session_hash)
        run, touches = visitor.run, visitor.touches
        try:
            config = self.fields.read(values)
            for event in run_training(visitor, config, self._line):
                changes = self._follow(visitor, event)
                if visitor.run is not run:  # it begins
                    run = visitor.run
                    changes |= self._begin(visitor)
                # The answer to a later drawing may have reached the page before an older one.
                if isinstance(event, EpochResult) or touches != visitor.touches:
                    touches = visitor.touches
                    changes[self._answer] = render_reading(visitor.reading())
                yield changes or gr.skip()
        except (BadConfig, LineFull, Busy) as error:
            status = render_status(texts.NOT_STARTED, str(error))
            yield {self.status: status, **self._buttons(visitor)}
        except Exception as error:
            if isinstance(error, RecognizerError):
                detail = str(error)
            else:
                traceback.print_exc()
                detail = texts.FAILED_DETAIL
            yield {self.status: render_status(texts.FAILED, detail), **self._end(visitor)}
        else:
            yield {self.status: self._outcome(run), **self._end(visitor)}

    def stop(self, request: gr.Request) -> None:
        """Ask the visitor's training to stop; `retrain` shows the outcome."""
        self._visitors.visit(request.session_hash).stop()

    def restore(self, request: gr.Request) -> dict:
        """Let the built-in network answer again."""
        visitor = self._visitors.visit(request.session_hash)
        try:
            visitor.require_no_job()
            visitor.use_network(None)
            status = render_status(texts.RESTORED, texts.RESTORED_DETAIL)
            changes = self._charts.draw_built_in() if visitor.run is None else {}
        except Busy as error:
            status, changes = render_status(str(error)), {}
        return {
            self.status: status,
            self._answer: render_reading(visitor.reading()),
            **changes,
        }

    def download(self, request: gr.Request) -> Mlp:
        """The visitor's network, for the component that saves it."""
        return self._visitors.visit(request.session_hash).network.recognizer.mlp

    def load(self, path: str | None, request: gr.Request) -> dict:
        """Let the network in the uploaded file answer."""
        visitor, changes = self._visitors.visit(request.session_hash), {}
        try:
            visitor.require_no_job()
            mlp = load_model(path or "")
            name = texts.loaded(_without_direction(Path(path).name))
            visitor.use_network(Network(Recognizer(mlp), name))
            status = render_status(texts.LOADED, texts.loaded_detail(mlp.hidden))
            changes = self._charts.draw_history(known_history(mlp.metadata), name)
        except Busy as error:
            status = render_status(str(error))
        except RecognizerError as error:
            status = render_status(texts.NOT_LOADED, _without_direction(str(error)))
        return {
            self.status: status,
            self._answer: render_reading(visitor.reading()),
            **changes,
        }

    def compare(self, event: gr.EventData, request: gr.Request) -> dict:
        """Lay the curve of an earlier training under the newest one's."""
        visitor = self._visitors.visit(request.session_hash)
        number = payload(event).get("number")
        if type(number) is not int or not visitor.compare(number):
            return gr.skip()
        marked = None if visitor.job else visitor.run.chosen
        return {
            self._afterwards.runs: render_runs(visitor.records, visitor.run.previous),
            **self._charts.draw(visitor.run, marked),
        }

    def _begin(self, visitor: Visitor) -> dict:
        """Empty the charts and hide the previous training's results."""
        return {
            self._answer: render_reading(visitor.reading()),
            **self._charts.draw(visitor.run),
            **self.time_machine.hide(),
            **self._afterwards.hide(),
            **self._buttons(visitor),
        }

    def _follow(self, visitor: Visitor, event: Waiting | TrainingEvent | None) -> dict:
        """Status, charts and strip after an event."""
        run = visitor.run
        if isinstance(event, Waiting):
            if event.ahead:
                status = render_status(texts.WAITING, texts.place_in_line(event.ahead), 0)
            elif event.warm:
                status = _progress(run, 1, 0)
            else:
                status = render_status(texts.STARTING, texts.STARTING_DETAIL, 0)
            return {self.status: status}
        if isinstance(event, Download):
            news = texts.downloading(event.read, event.total)
            return {self.status: render_status(texts.STARTING_DATA, news, 0)}
        if isinstance(event, BatchProgress):
            status = _progress(run, event.epoch, event.batch, event.batches)
            return {self.status: status, **self._charts.draw_loss(run)}
        if isinstance(event, EpochResult):
            # Before the first epoch, what comes next is told.
            status = _progress(run, event.epoch) if event.epoch else _progress(run, 1, 0)
            return {
                self.status: status,
                **self._charts.draw(run),
                **self.time_machine.grow(visitor),
            }
        return {}

    def _end(self, visitor: Visitor) -> dict:
        """The answer, the buttons and the training's results."""
        changes = {self._answer: render_reading(visitor.reading()), **self._buttons(visitor)}
        run = visitor.run
        if run is not None and run.evaluation is not None:
            self.fields.took(run.config, run.fit_seconds)
            changes |= self.fields.tell_times()
        if run is not None and run.trained is not None:
            changes |= self._charts.draw(run, run.chosen)
            changes |= self.time_machine.show(visitor) | self._afterwards.show(visitor)
        else:
            changes |= self.time_machine.hide()
        return changes

    def _buttons(self, visitor: Visitor) -> dict:
        """Stop works for a training only; a fine-tuning has its own button."""
        trains = visitor.job is not None and not visitor.job.is_fine_tuning
        return {
            self.retrain_button: gr.update(interactive=not trains),
            self.stop_button: gr.update(interactive=trains),
            self.restore_button: gr.update(interactive=not trains),
        }

    @staticmethod
    def _outcome(run: Run) -> str:
        """The status after a training that has not failed."""
        test = run.evaluation
        if test is not None:
            result = texts.result(test.accuracy, run.fit_seconds, test.count, on_mnist=not run.note)
            hint = texts.DONE_BADLY_DETAIL if test.is_guess else ""
            headline = texts.DONE_BADLY if test.is_guess else texts.DONE
            detail = "\n".join(filter(None, (hint, result, run.note)))
            return render_status(headline, detail, 1)
        if run.done:
            return render_status(texts.STOPPED, texts.kept_epoch(run.done))
        return render_status(texts.STOPPED, texts.STOPPED_EARLY)


def _progress(run: Run, epoch: int, batch: int = 1, batches: int = 1) -> str:
    """The status in the middle of a training: `batch` of `batches` of an epoch are done."""
    epochs, figures = run.config.epochs, run.figures
    done = (epoch - 1 + batch / batches) / epochs
    within = texts.batch_of(batch, batches) if 0 < batch < batches else ""
    if done == 1:
        pace = texts.TESTING
    elif run.done:
        newest = figures[-min(SMOOTHED_EPOCHS, run.done) :]
        seconds = sum(each.seconds for each in newest) / len(newest)
        pace = texts.progress(texts.pace(seconds, seconds * epochs * (1 - done)), within)
    else:
        pace = texts.progress(within, texts.FIRST_EPOCH)
    news = texts.validated(figures[-1].val_accuracy, figures[-1].val_count) if figures else ""
    lines = filter(None, (pace, news, run.note))
    return render_status(texts.epoch_of(epoch, epochs), "\n".join(lines), done)


def _without_direction(text: str) -> str:
    """A text with a file's name, which would otherwise turn its sentence round."""
    return text.translate(_DIRECTION)
