"""What runs in a worker's child process; knows nothing about who reads its events."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from types import ModuleType
from typing import TYPE_CHECKING

from digit_recognizer.errors import DatasetUnavailable, RecognizerError, TrainingFailed
from digit_recognizer.training import load
from digit_recognizer.training.config import (
    DEFAULT_PRESET,
    PRESETS,
    WARM_PRESETS,
    FineTuning,
    Task,
)
from digit_recognizer.training.events import TrainingEvent
from digit_recognizer.training.steps import Steps, finish

if TYPE_CHECKING:
    from digit_recognizer.training.dataset import Dataset

NICENESS = 10
"""The child's priority gives way to answering."""

Train = Callable[[Task, Callable[[TrainingEvent], None]], object]
"""Does a task and reports every event, the result last."""
Prepare = Callable[[], tuple[Train, Iterator[None]]]
"""Gets ready to train; what else makes it quicker is done in steps, as long as there is no task."""


def serve(connection: Connection, prepare: Prepare) -> None:
    """The child's whole life: get ready, wait for a task, do it, send every event.

    After a lesson, which leaves little behind, it waits for another task.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Sent by a thread of its own, so that a parent that is slow to read never delays the training.
    outbox = queue.SimpleQueue()
    sender = threading.Thread(target=_send_all, args=(connection, outbox), daemon=True)
    sender.start()
    try:
        train, readying = prepare()
        task = None
        while task is None or isinstance(task, FineTuning):
            _spend_idle_time(connection, readying)
            task = connection.recv()
            train(task, outbox.put)
    except RecognizerError as error:
        outbox.put(error)
    except Exception as error:
        traceback.print_exc()
        outbox.put(
            TrainingFailed(
                f"The training failed in an unexpected way ({type(error).__name__}); "
                "the program's log says more."
            )
        )
    outbox.put(None)
    sender.join()


def prepare_training() -> tuple[Train, Iterator[None]]:
    """Load TensorFlow and, when it is on this machine, MNIST, and train once on dummy images.

    Runs in the child. Keras imports much, and TensorFlow compiles the distortions, at the first
    training only; done here, it does not delay the first epoch. What trains looks for MNIST again
    when it was not there, and may download it then. What a lesson needs, and generated digits, are
    left for later: they take seconds, and a task that comes has to wait for one step at most.
    """
    load()
    from digit_recognizer.training import fine_tune as teaching
    from digit_recognizer.training import fit as training
    from digit_recognizer.training.dataset import dummy_dataset, load_dataset, load_or_generate

    data = None
    with contextlib.suppress(DatasetUnavailable):
        data = load_dataset(download=False)
    for preset in (PRESETS[name] for name in WARM_PRESETS):
        # A whole batch: what is compiled is compiled for its shape.
        training.train(
            replace(preset, epochs=1), dummy_dataset(preset.batch_size), lambda event: None
        )
    for_lessons = _rehearsing(teaching, training)
    for_trainings = _generating(training, data)

    def train(task: Task, report: Callable[[TrainingEvent], None]) -> None:
        nonlocal data
        data = data or load_or_generate()
        if isinstance(task, FineTuning):
            finish(for_lessons)
            teaching.teach(task, data, report)
            return
        if task.generated:
            finish(for_trainings)
        training.train(task, data, report)

    return train, itertools.chain(for_lessons, for_trainings)


def _rehearsing(teaching: ModuleType, training: ModuleType) -> Steps[None]:
    """Draw what a lesson mixes in, and compile what it needs."""
    yield from training.generating(teaching.GENERATED)
    teaching.rehearse()


def _generating(training: ModuleType, data: Dataset | None) -> Steps[None]:
    """Draw beforehand what the page's default preset mixes in."""
    if data and (share := PRESETS[DEFAULT_PRESET].generated):
        yield from training.generating(round(share * len(data.train_images)))


def _spend_idle_time(connection: Connection, readying: Iterator[None]) -> None:
    """Go on getting ready until there is a task; that it fails is no reason to do no task."""
    try:
        for _ in readying:
            if connection.poll():
                return
    except Exception:
        traceback.print_exc()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _send_all(connection: Connection, outbox: queue.SimpleQueue) -> None:
    with contextlib.suppress(OSError):  # the parent has gone
        while (message := outbox.get()) is not None:
            connection.send(message)
