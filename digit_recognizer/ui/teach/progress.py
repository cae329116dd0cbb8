"""A lesson as the page sees it: a visitor's network learns what is in their tray.

Knows nothing about Gradio: a lesson is a generator that says when there is something new to show.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator

import numpy as np

from digit_recognizer.errors import RecognizerError
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    FineTuningResult,
    TrainingEvent,
)
from digit_recognizer.training.worker import WorkerPool
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.progress import TrainingLine
from digit_recognizer.ui.training.turns import take_turn
from digit_recognizer.ui.visitors.teaching import Taught, read_corrections
from digit_recognizer.ui.visitors.tray import Correction
from digit_recognizer.ui.visitors.visitors import Network, Visitor
from digit_recognizer.ui.widgets import render_status


def run_lesson(visitor: Visitor, pool: WorkerPool, line: TrainingLine) -> Iterator[bool]:
    """Teach the network that answers the visitor what is in their tray.

    Yields whether `visitor.teaching` has changed; after the last time the visitor is answered by
    the network that was taught, or, when the lesson was stopped or failed, by the former one.
    """
    teaching, corrections = visitor.teaching, visitor.teaching.tray.corrections
    if not corrections:
        return
    stop = visitor.begin_training()
    if stop is None:
        teaching.status = render_status(visitor.business)
        yield True
        return
    ticket = line.join()
    if ticket is None:
        visitor.end_training()
        teaching.status = render_status(texts.LINE_FULL, texts.LINE_FULL_DETAIL)
        yield True
        return
    course = _Course(visitor, corrections)
    teaching.learning = True
    try:
        teaching.status = render_status(texts.LESSON_STARTS, texts.LESSON_STARTS_DETAIL, 0)
        yield True
        with contextlib.closing(take_turn(course.lesson, pool, line, ticket, stop)) as turn:
            for news in turn:
                yield course.notice(news)
        if not course.is_over:
            teaching.status = render_status(texts.STOPPED, texts.LESSON_STOPPED)
    except Exception as error:
        if not isinstance(error, RecognizerError):
            traceback.print_exc()
        detail = str(error) if isinstance(error, RecognizerError) else texts.LESSON_FAILED_DETAIL
        teaching.status = render_status(texts.LESSON_FAILED, detail)
    finally:
        teaching.learning = False
        visitor.end_training()
        line.leave(ticket)
    yield True


class _Course:
    """The course of one lesson."""

    def __init__(self, visitor: Visitor, corrections: tuple[Correction, ...]):
        self._visitor = visitor
        self._former = visitor.reader
        mlp = self._former.recognizer.mlp
        pixels = np.stack([each.pixels for each in corrections])
        labels = np.array([each.digit for each in corrections], np.uint8)
        self.lesson = FineTuning(mlp, pixels, labels)
        self._said = read_corrections(mlp, corrections)
        self.is_over = False
        self._note = ""

    def notice(self, news: int | TrainingEvent | None) -> bool:
        """What comes from `take_turn`; returns whether there is something new to show."""
        if isinstance(news, int):
            self._show(texts.WAITING, texts.place_in_line(news), 0)
        elif isinstance(news, DatasetNote):
            self._note = news.text
        elif isinstance(news, BatchProgress):
            self._show(texts.LESSON_GOES_ON, self._note, news.batch / news.batches)
        elif isinstance(news, FineTuningResult):
            self._finish(news)
        return news is not None

    def _finish(self, result: FineTuningResult) -> None:
        self.is_over = True
        name = texts.taught(len(self._said))
        network = Network(Recognizer(result.mlp), name)
        self._visitor.use_lesson(
            Taught(
                self._former,
                network,
                self._said,
                result.before,
                result.after,
                result.count,
                result.seconds,
                self._note,
            )
        )
        self._visitor.teaching.status = render_status(
            texts.LESSON_DONE, texts.lesson_took(result.seconds)
        )

    def _show(self, headline: str, detail: str, share: float) -> None:
        self._visitor.teaching.status = render_status(headline, detail, share)
