"""Teaches a trained network a few drawings without making it forget the rest, with Keras.

The drawings, distorted each time, are learnt together with digits that it has learnt before:
rehearsal against forgetting (Ratcliff 1990; as experience replay, Rolnick et al. 2019). Knows
nothing about strokes, pages and processes.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.augmentation import augment
from digit_recognizer.config import NUM_CLASSES
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.events import BatchProgress, DatasetNote, LessonResult, TrainingEvent
from digit_recognizer.training import (
    PROGRESS_REPORTS,
    FusedAdam,
    generated_images,
    one_cycle,
    to_keras,
    to_mlp,
)

if TYPE_CHECKING:
    from digit_recognizer.dataset import Dataset
    from digit_recognizer.lesson import Lesson
    from digit_recognizer.mlp import Mlp

BATCH_SIZE = 128
DRAWN = 4
"""Distorted drawings in each batch; the rest are digits to remember."""
STEPS = (130, 300)
"""Batches, at least and at most; in between it is PRESENTATIONS of each drawing."""
PRESENTATIONS = 60
LEARNING_RATE = 3e-4
"""For layers of WIDTH units; narrower ones take larger steps (Yang et al. 2022), within bounds."""
WIDTH = 1024
HIGHEST_RATE = 3e-3
GENERATED = 2_000
"""Generated digits that a network has to remember which has learnt such; with them come drawings
that are no digit."""
DISTORTED = 0.5
"""Share of distorted images among those that a network has to remember which has learnt such."""
SEED = 0


def teach(lesson: Lesson, data: Dataset, report: Callable[[TrainingEvent], None]) -> LessonResult:
    """Teach `lesson.mlp` its drawings; `data` is what it must not forget.

    `report` receives progress on the calling thread, and last the LessonResult, which is also
    returned: a network of the same shape, with the former temperature and threshold. Raises
    TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    started = time.perf_counter()
    network = to_keras(lesson.mlp)
    before = _accuracy(network, data)
    steps = int(np.clip(PRESENTATIONS * len(lesson.labels) // DRAWN, *STEPS))
    network.compile(
        optimizer=FusedAdam(one_cycle(_learning_rate(lesson.mlp), steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=steps // PROGRESS_REPORTS,
        jit_compile=False,  # compiling costs more than it saves in a few seconds
    )
    network.optimizer.build(network.trainable_variables)
    network.fit(
        # The first fit of a process takes seconds longer over NumPy's arrays.
        tf.data.Dataset.from_tensor_slices(_batches(steps, lesson, data)),
        callbacks=[_Reporter(steps, report)],
        shuffle=False,  # each batch is composed
        verbose=0,
    )
    after = _accuracy(network, data)
    taught = to_mlp(network)
    metadata = {
        **lesson.mlp.metadata,
        "taught_drawings": len(lesson.labels),
        "test_accuracy": after,
    }
    mlp = dataclasses.replace(
        lesson.mlp, weights=taught.weights, biases=taught.biases, metadata=metadata
    )
    seconds = time.perf_counter() - started
    result = LessonResult(mlp, seconds, before, after, len(data.test_labels))
    report(result)
    return result


def _learning_rate(mlp: Mlp) -> float:
    return min(HIGHEST_RATE, LEARNING_RATE * WIDTH / max(mlp.hidden, default=1))


def _batches(steps: int, lesson: Lesson, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """All batches: float32 (steps, BATCH_SIZE, 28, 28), and labels (steps, BATCH_SIZE)."""
    rng = np.random.default_rng(SEED)
    drawn = _spread(len(lesson.labels), steps * DRAWN, rng)
    images, labels = _to_remember(steps * (BATCH_SIZE - DRAWN), lesson.mlp, data, rng)
    replayed = images / np.float32(255)
    share = DISTORTED if lesson.mlp.metadata.get("augment") else 0
    plain = round((1 - share) * len(images))
    # Not compiled: for this many images, and only once, that would take longer than it saves.
    distorted = augment(
        tf.constant(np.concatenate([lesson.pixels[drawn], replayed[plain:]])),
        tf.constant([SEED, 1]),
        compiled=False,
    ).numpy()
    replayed[plain:] = distorted[len(drawn) :]
    order = rng.permutation(len(images))
    return (
        _composed(steps, distorted[: len(drawn)], replayed[order]),
        _composed(steps, lesson.labels[drawn], labels[order]),
    )


def _to_remember(
    size: int, mlp: Mlp, data: Dataset, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (size, 28, 28) and labels (size,): such as the network has learnt before.

    Those of the data set come last.
    """
    if len(mlp.biases[-1]) == NUM_CLASSES:
        chosen = _spread(len(data.train_images), size, rng)
        return data.train_images[chosen], data.train_labels[chosen]
    images, labels = generated_images(GENERATED)
    chosen = _spread(len(data.train_images), size - len(images), rng)
    return (
        np.concatenate([images, data.train_images[chosen]]),
        np.concatenate([labels, data.train_labels[chosen]]),
    )


def _spread(count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """`size` indices below `count`, each as often as any other, in a random order every round."""
    return np.concatenate([rng.permutation(count) for _ in range(-(-size // count))])[:size]


def _composed(steps: int, drawn: np.ndarray, replayed: np.ndarray) -> np.ndarray:
    """Batch after batch: its share of the first, then of the second."""
    return np.concatenate(
        [array.reshape(steps, -1, *array.shape[1:]) for array in (drawn, replayed)], axis=1
    )


def _accuracy(network: keras.Sequential, data: Dataset) -> float:
    """Share (0 to 1) of the test set that is read right, on all cores."""
    logits = network(data.test_images / np.float32(255)).numpy()
    return float((logits[:, :NUM_CLASSES].argmax(axis=1) == data.test_labels).mean())


class _Reporter(keras.callbacks.Callback):
    """Turns Keras's callbacks into events."""

    def __init__(self, steps: int, report: Callable[[TrainingEvent], None]):
        super().__init__()
        self._steps = steps
        self._report = report

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise TrainingFailed(
                "The loss stopped being a number: this network's weights are too large to teach "
                "it more. Restore the shipped model and teach that one."
            )
        self._report(BatchProgress(1, 1, min(batch + 1, self._steps), self._steps))
