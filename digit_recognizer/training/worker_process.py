"""Code of a worker's child process: warm up, do tasks, send their events.

Knows nothing about the reader of its events.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.errors import DatasetUnavailable, RecognizerError, TrainingFailed
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training import load
from digit_recognizer.training.config import (
    PRESETS,
    VALIDATION_SIZE,
    WARM_PRESETS,
    FineTuning,
    Task,
)
from digit_recognizer.training.events import TrainingEvent

NICENESS = 10
"""Lowers the child's priority, so that the page's answers come first."""

Do = Callable[[Task, Callable[[TrainingEvent], None]], object]
"""Does a task and reports every event, the result last."""
Preparation = Callable[[], object]
"""Speeds up a later task, which may have to wait for its end: half a second, or a compilation."""
Prepare = Callable[[], tuple[Do, Iterator[Preparation]]]
"""Warms up the process. Returns a function that does tasks, and preparations for idle time."""


def serve(connection: Connection, prepare: Prepare, warm: ctypes.c_bool) -> None:
    """Main function of the child: warm up, set `warm`, wait for a task, do it, send every event.

    After a fine-tuning, which leaves little memory behind, the child waits for another task.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # A thread sends the events, so a parent that is slow to read never delays a training.
    outbox = queue.SimpleQueue()
    sender = threading.Thread(target=_send_all, args=(connection, outbox), daemon=True)
    sender.start()
    try:
        do, preparations = prepare()
        warm.value = True
        task = None
        while task is None or isinstance(task, FineTuning):
            _prepare_while_idle(connection, preparations)
            task = connection.recv()
            do(task, outbox.put)
    except RecognizerError as error:
        outbox.put(error)
    except Exception as error:
        traceback.print_exc()
        outbox.put(
            TrainingFailed(
                f"The training failed unexpectedly ({type(error).__name__}); "
                "the program's log says more."
            )
        )
    outbox.put(None)
    sender.join()


def prepare_training() -> tuple[Do, Iterator[Preparation]]:
    """Load TensorFlow and, if it is on this machine, MNIST.

    Runs in the child. If MNIST is not on this machine, the first task looks for it again and may
    download it. Compilations and generated digits are left for idle time: first what a training of
    a preset needs at once, then what a fine-tuning of the built-in network does.
    """
    load()
    from digit_recognizer.training import fine_tune, fit
    from digit_recognizer.training.dataset import (
        TRAINING_SIZE,
        dummy_dataset,
        load_dataset,
        load_or_generate,
    )

    data = None
    with contextlib.suppress(DatasetUnavailable):
        data = load_dataset(download=False)
    expected = data or dummy_dataset(TRAINING_SIZE - VALIDATION_SIZE)
    for_fine_tuning = fine_tune.preparations(Mlp.load(SHIPPED_MODEL))
    for_training = (fit.preparations(PRESETS[name], expected) for name in WARM_PRESETS)

    def do(task: Task, report: Callable[[TrainingEvent], None]) -> None:
        nonlocal data
        data = data or load_or_generate(progress=report)
        if isinstance(task, FineTuning):
            fine_tune.fine_tune(task, data, report)
        else:
            fit.train(task, data, report)

    return do, itertools.chain(*for_training, for_fine_tuning)


def _prepare_while_idle(connection: Connection, preparations: Iterator[Preparation]) -> None:
    """Run preparations until a task arrives; a preparation that fails does not stop the task."""
    try:
        while not connection.poll() and (prepare := next(preparations, None)):
            prepare()
    except Exception:
        traceback.print_exc()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _send_all(connection: Connection, outbox: queue.SimpleQueue) -> None:
    with contextlib.suppress(OSError):  # the parent has gone
        while (message := outbox.get()) is not None:
            connection.send(message)
