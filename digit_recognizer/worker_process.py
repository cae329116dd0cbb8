"""What runs in a worker's child process; knows nothing about who reads its events."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from types import ModuleType
from typing import TYPE_CHECKING

from digit_recognizer.config import DEFAULT_PRESET, PRESETS, TrainConfig
from digit_recognizer.errors import DatasetUnavailable, RecognizerError, TrainingFailed
from digit_recognizer.events import TrainingEvent

if TYPE_CHECKING:
    from digit_recognizer.dataset import Dataset

NICENESS = 10
"""The child's priority gives way to answering."""
WARM_PRESETS = ("quick", "robust")

Train = Callable[[TrainConfig, Callable[[TrainingEvent], None]], object]
"""Trains with a config and reports every event, the TrainingResult last."""


def serve(connection: Connection, prepare: Callable[[], Train]) -> None:
    """The child's whole life: get ready, wait for a config, train, send every event."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Sent by a thread of its own, so that a parent that is slow to read never delays the training.
    outbox = queue.SimpleQueue()
    sender = threading.Thread(target=_send_all, args=(connection, outbox), daemon=True)
    sender.start()
    try:
        train = prepare()
        train(connection.recv(), outbox.put)
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


def prepare_training() -> Train:
    """Load TensorFlow and, when it is on this machine, MNIST, and train once on dummy images.

    Runs in the child. Keras imports much, and TensorFlow compiles the distortions, at the first
    training only; done here, it does not delay the first epoch. What is returned looks for MNIST
    again when it was not there, and may download it then.
    """
    from digit_recognizer.quiet import quiet_import

    with quiet_import():
        from digit_recognizer import training
    from digit_recognizer.dataset import dummy_dataset, load_dataset, load_or_generate

    data = None
    with contextlib.suppress(DatasetUnavailable):
        data = load_dataset(download=False)
    for preset in (PRESETS[name] for name in WARM_PRESETS):
        # A whole batch: what is compiled is compiled for its shape.
        training.train(
            replace(preset, epochs=1), dummy_dataset(preset.batch_size), lambda event: None
        )
    # Takes seconds, which a training that needs no generated digits does not have to wait.
    generating = threading.Thread(target=_generate, args=(training, data), daemon=True)
    generating.start()

    def train(config: TrainConfig, report: Callable[[TrainingEvent], None]) -> None:
        if config.generated:
            generating.join()
        training.train(config, data or load_or_generate(), report)

    return train


def _generate(training: ModuleType, data: Dataset | None) -> None:
    """Draw beforehand, and so cache, what the page's default preset mixes in."""
    if data and (share := PRESETS[DEFAULT_PRESET].generated):
        training.generated_images(round(share * len(data.train_images)))


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _send_all(connection: Connection, outbox: queue.SimpleQueue) -> None:
    with contextlib.suppress(OSError):  # the parent has gone
        while (message := outbox.get()) is not None:
            connection.send(message)
