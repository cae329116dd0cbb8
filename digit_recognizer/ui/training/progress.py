"""One training as the page sees it: what to show as its events come, and who answers meanwhile.

Knows nothing about Gradio: a training is a generator of `TrainingView`s. Trainings beyond the limit
wait in a line that all visitors share.
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace

from digit_recognizer.errors import RecognizerError
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    EpochResult,
    TrainingEvent,
    TrainingResult,
)
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.turns import take_turn
from digit_recognizer.ui.visitors.run import Run
from digit_recognizer.ui.visitors.visitors import Network, Visitor
from digit_recognizer.ui.widgets import render_status

MAX_WAITING = 16
"""Each who waits holds one of the server's forty threads; the others have to be answered, too."""


@dataclass(frozen=True)
class TrainingView:
    """HTML for the parts of the page that a training changes; None leaves a part as it is."""

    status: str | None = None
    loss: str | None = None
    accuracy: str | None = None
    answer: str | None = None
    running: bool = True
    run: Run | None = None
    """What is left to look at; comes with the last view, when there is anything."""


class TrainingLine:
    """Who may train now: the first `limit` in a line shared by all visitors.

    At most `room` wait behind them.
    """

    def __init__(self, limit: int = 1, room: int = MAX_WAITING):
        self._limit = limit
        self._length = limit + room
        self._lock = threading.Lock()
        self._tickets: list[object] = []

    def join(self) -> object | None:
        """A ticket at the end of the line; None when there is no room."""
        ticket = object()
        with self._lock:
            if len(self._tickets) >= self._length:
                return None
            self._tickets.append(ticket)
        return ticket

    def ahead(self, ticket: object) -> int:
        """How many trainings must end before this one may start."""
        with self._lock:
            return max(0, self._tickets.index(ticket) - self._limit + 1)

    def leave(self, ticket: object) -> None:
        """Make room for the next."""
        with self._lock:
            self._tickets.remove(ticket)


def run_training(
    visitor: Visitor, config: TrainConfig, pool: WorkerPool, line: TrainingLine
) -> Iterator[TrainingView]:
    """Train for one visitor, from the line to the test accuracy.

    After each epoch the visitor is answered by the network as it is then. Stop keeps the newest
    epoch's network; a failure brings back the one from before. Closing the generator frees the
    worker without waiting for it.
    """
    stop = visitor.begin_training()
    if stop is None:
        # A lesson has its own button to stop it.
        yield TrainingView(render_status(visitor.business), running=not visitor.teaching.learning)
        return
    ticket = line.join()
    if ticket is None:
        visitor.end_training()
        yield TrainingView(render_status(texts.LINE_FULL, texts.LINE_FULL_DETAIL), running=False)
        return
    before = visitor.network
    course = _Course(visitor, config)
    try:
        starting = render_status(texts.STARTING, texts.STARTING_DETAIL, 0)
        yield TrainingView(starting, *visitor.run.charts(), visitor.answer())
        with contextlib.closing(take_turn(config, pool, line, ticket, stop)) as turn:
            for news in turn:
                yield course.view(news)
        visitor.end_training()
        yield course.last_view()
    except Exception as error:
        if not isinstance(error, RecognizerError):
            traceback.print_exc()
        detail = str(error) if isinstance(error, RecognizerError) else texts.FAILED_DETAIL
        visitor.run.discard()
        visitor.use_network(before)
        visitor.end_training()
        yield TrainingView(
            render_status(texts.FAILED, detail), answer=visitor.answer(), running=False
        )
    finally:
        visitor.end_training()
        line.leave(ticket)


class _Course:
    """The course of a training."""

    def __init__(self, visitor: Visitor, config: TrainConfig):
        self._visitor = visitor
        self._run = visitor.new_run(config)
        self._newest: Mlp | None = None
        self._result: TrainingResult | None = None
        self._answered: int | None = None

    def view(self, news: int | TrainingEvent | None) -> TrainingView:
        """What changes on the page when `news` come from `take_turn`."""
        view = self._view(news) or TrainingView()
        # The answer to what was drawn meanwhile may have reached the page before an older one.
        if view.answer is None and self._answered not in (None, self._visitor.touches):
            view = replace(view, answer=self._answer())
        return view

    def last_view(self) -> TrainingView:
        """What stays when all is over."""
        run, epoch = self._run, len(self._run.figures)
        if self._result is not None:
            epoch = run.config.epochs
            self._newest = self._result.mlp
            test = run.evaluation
            result = texts.result(
                test.accuracy, self._result.fit_seconds, test.count, on_mnist=not run.note
            )
            status = render_status(texts.DONE, f"{result}\n{run.note}".strip())
        elif epoch:
            self._newest = run.described(self._newest, epoch)
            status = render_status(texts.STOPPED, texts.kept_epoch(epoch))
        else:
            status = render_status(texts.STOPPED, texts.STOPPED_EARLY)
            return TrainingView(status, answer=self._answer(), running=False)
        self._use(self._newest, texts.yours(run.recipe, epoch))
        return TrainingView(status, *run.charts(run.last), self._answer(), False, run)

    def _view(self, event: int | TrainingEvent | None) -> TrainingView | None:
        """The same without what was drawn meanwhile; None when nothing changes."""
        if isinstance(event, int):
            return TrainingView(render_status(texts.WAITING, texts.place_in_line(event), 0))
        if isinstance(event, DatasetNote):
            self._run.note = event.text
        if isinstance(event, BatchProgress):
            return TrainingView(self._status(event.epoch, event.batch / event.batches, event))
        if isinstance(event, EpochResult):
            self._run.add(event)
            self._newest = event.mlp
            self._use(event.mlp, texts.in_training(event.epoch, event.epochs))
            return TrainingView(self._status(event.epoch, 1), *self._run.charts(), self._answer())
        if isinstance(event, TrainingResult):
            self._run.finish(event)
            self._result = event
        return None

    def _status(self, epoch: int, share: float, progress: BatchProgress | None = None) -> str:
        epochs, figures = self._run.config.epochs, self._run.figures
        done = (epoch - 1 + share) / epochs
        within = texts.batch_of(progress.batch, progress.batches) if progress else ""
        if done == 1:
            pace = texts.TESTING
        elif figures:
            seconds = figures[-1].seconds
            pace = texts.progress(within, texts.pace(seconds, seconds * epochs * (1 - done)))
        else:
            pace = texts.progress(within, texts.FIRST_EPOCH)
        news = self._run.summary(len(figures)) if figures else ""
        lines = filter(None, (news, pace, self._run.note))
        return render_status(texts.epoch_of(epoch, epochs), "\n".join(lines), done)

    def _use(self, mlp: Mlp, name: str) -> None:
        self._visitor.use_network(Network(Recognizer(mlp), name))

    def _answer(self) -> str:
        self._answered = self._visitor.touches
        return self._visitor.answer()
