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

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.augmentation import augment
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.dataset import Dataset, dummy_dataset
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    FineTuningResult,
    TrainingEvent,
)
from digit_recognizer.training.fit import generated_images
from digit_recognizer.training.keras_mlp import FusedAdam, one_cycle, to_keras, to_mlp

BATCH_SIZE = 128
DRAWN = 6
"""Drawings in each batch; the rest are digits to remember."""
STEPS = 150
"""Batches in a lesson."""
LEARNING_RATE = 3e-4
"""For layers of WIDTH units; narrower ones take larger steps (Yang et al. 2022), within bounds."""
WIDTH = 1024
HIGHEST_RATE = 3e-3
GENERATED = 2_000
"""Generated digits that a network has to remember which has learnt such; with them come drawings
that are no digit."""
DISTORTED = 66
"""Images in each batch that are distorted, the drawings among them; when a network has not learnt
from distorted ones, it is the drawings alone."""
REPORTS = 5
"""How often progress is reported; what shows it takes its time on the same processors."""
EVALUATED = 1_000
"""Test images at a time: memory for all at once would cost more time than reading them."""
SEED = 0


def teach(
    lesson: FineTuning, data: Dataset, report: Callable[[TrainingEvent], None], steps: int = STEPS
) -> FineTuningResult:
    """Teach `lesson.mlp` its drawings in so many steps; `data` is what it must not forget.

    `report` receives progress on the calling thread, and last the FineTuningResult, which is also
    returned: a network of the same shape, with the former temperature and threshold. Raises
    TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    started = time.perf_counter()
    network = to_keras(lesson.mlp)
    before = _accuracy(network, data)
    network.compile(
        optimizer=FusedAdam(one_cycle(_learning_rate(lesson.mlp), steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=steps // REPORTS,
        jit_compile=False,  # compiling costs more than it saves in a few seconds
    )
    network.optimizer.build(network.trainable_variables)
    network.fit(
        _batches(lesson, data, steps),
        callbacks=[_Reporter(steps, report)],
        shuffle=False,  # the batches are composed
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
    result = FineTuningResult(mlp, seconds, before, after, len(data.test_labels))
    report(result)
    return result


def rehearse() -> None:
    """Do a short lesson of no consequence: this process keeps what is compiled for it."""
    classes = NUM_CLASSES + 1
    mlp = Mlp(
        (np.zeros((IMAGE_SIZE**2, classes), np.float32),),
        (np.zeros(classes, np.float32),),
        metadata={"augment": True},
    )
    blank = np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.float32)
    lesson = FineTuning(mlp, blank, np.zeros(1, np.uint8))
    teach(lesson, dummy_dataset(BATCH_SIZE), lambda event: None, STEPS // REPORTS)


def _learning_rate(mlp: Mlp) -> float:
    return min(HIGHEST_RATE, LEARNING_RATE * WIDTH / max(mlp.hidden, default=1))


def _batches(lesson: FineTuning, data: Dataset, steps: int) -> tf.data.Dataset:
    """Images float32 (BATCH_SIZE, 28, 28) in [0, 1] and labels (BATCH_SIZE,), batch by batch.

    In each come first the drawings, which are distorted in a new way each time, then such digits to
    remember as are distorted as well, then the others.
    """
    rng = np.random.default_rng(SEED)
    chosen = _spread(len(lesson.labels), steps * DRAWN, rng)
    drawings = np.rint(lesson.pixels * 255).astype(np.uint8)
    images, labels = _to_remember(steps * (BATCH_SIZE - DRAWN), lesson.mlp, data, rng)
    distorts = bool(lesson.mlp.metadata.get("augment"))
    distorted = DISTORTED if distorts else DRAWN
    remembered = steps * (distorted - DRAWN)
    plain = np.arange(remembered, len(images))
    rng.shuffle(plain)  # the generated ones are at the end

    def composed(drawn: np.ndarray, others: np.ndarray) -> np.ndarray:
        parts = drawn, others[:remembered], others[plain]
        return np.concatenate([part.reshape(steps, -1, *part.shape[1:]) for part in parts], axis=1)

    def distort(number: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> tuple:
        pixels = tf.cast(images, tf.float32) / 255
        # For the drawings alone, compiling would take longer than it saves.
        changed = augment(pixels[:distorted], tf.stack([SEED, number]), compiled=distorts)
        return tf.concat([changed, pixels[distorted:]], axis=0), labels

    numbers = tf.range(steps)
    batches = composed(drawings[chosen], images), composed(lesson.labels[chosen], labels)
    return tf.data.Dataset.from_tensor_slices((numbers, *batches)).map(distort).prefetch(2)


def _to_remember(
    size: int, mlp: Mlp, data: Dataset, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (size, 28, 28) and labels (size,): such as the network has learnt before.

    Those of the data set come first.
    """
    if len(mlp.biases[-1]) == NUM_CLASSES:
        chosen = _spread(len(data.train_images), size, rng)
        return data.train_images[chosen], data.train_labels[chosen]
    images, labels = generated_images(GENERATED)
    chosen = _spread(len(data.train_images), size - len(images), rng)
    return (
        np.concatenate([data.train_images[chosen], images]),
        np.concatenate([data.train_labels[chosen], labels]),
    )


def _spread(count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """`size` indices below `count`, each as often as any other, in a random order every round."""
    return np.concatenate([rng.permutation(count) for _ in range(-(-size // count))])[:size]


def _accuracy(network: keras.Sequential, data: Dataset) -> float:
    """Share (0 to 1) of the test set that is read right, on all cores."""
    right = 0
    for start in range(0, len(data.test_labels), EVALUATED):
        part = slice(start, start + EVALUATED)
        logits = network(data.test_images[part] / np.float32(255)).numpy()[:, :NUM_CLASSES]
        right += int((logits.argmax(axis=1) == data.test_labels[part]).sum())
    return right / len(data.test_labels)


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
