"""Fine-tunes a trained network on a few drawings without making it forget the rest, with Keras.

The drawings, distorted anew each time, are mixed with digits of the network's own training:
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
from digit_recognizer.handwriting.generated import generated_images
from digit_recognizer.network.mlp import Mlp, accuracy
from digit_recognizer.training.augmentation import augment
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.dataset import Dataset, dummy_dataset
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    FineTuningResult,
    TrainingEvent,
)
from digit_recognizer.training.keras_mlp import FusedAdam, one_cycle, to_keras, to_mlp

STEPS = 150
BATCH_SIZE = 128
DRAWINGS_PER_BATCH = 6
DISTORTED_PER_BATCH = 66
"""Distorted images in a batch, drawings and rehearsed digits. A network that was trained without
distortions gets distorted drawings alone.

STEPS, BATCH_SIZE and these two are the values at which tests/benchmarks/teach.py held its limits:
new drawings of a taught shape are read, the rest is not forgotten, and it takes a few seconds."""
GENERATED_DIGITS = 2_000
"""Number of generated digits to rehearse, for networks trained on them; scribbles come with them.
Any value near this serves."""
LEARNING_RATE = 3e-4
"""Highest learning rate for layers of REFERENCE_WIDTH units, the shipped network's. Narrower ones
take larger steps, in inverse proportion (Yang et al. 2022), up to MAX_LEARNING_RATE."""
REFERENCE_WIDTH = 1024
MAX_LEARNING_RATE = 3e-3
PROGRESS_REPORTS = 5
"""Reports of progress in a fine-tuning; drawing each on the page takes time from the same cores."""
EVALUATION_BATCH = 1_000
"""Test images that the network reads at once; allocating memory for all would take longer."""
SEED = 0


def fine_tune(
    task: FineTuning, data: Dataset, report: Callable[[TrainingEvent], None], steps: int = STEPS
) -> FineTuningResult:
    """Train `task.mlp` on its drawings for `steps` batches, and rehearse digits of `data`.

    `report` receives progress on the calling thread and, last, the FineTuningResult, which is also
    returned. The new network has the shape, temperature and threshold of the old one. Raises
    TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    started = time.perf_counter()
    network = to_keras(task.mlp)
    before = _test_accuracy(network, data)
    network.compile(
        optimizer=FusedAdam(one_cycle(_learning_rate(task.mlp), steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=steps // PROGRESS_REPORTS,
        jit_compile=False,  # compiling costs more than it saves in a few seconds
    )
    network.optimizer.build(network.trainable_variables)
    network.fit(
        _batches(task, data, steps),
        callbacks=[_Reporter(steps, report)],
        shuffle=False,  # the batches are composed
        verbose=0,
    )
    after = _test_accuracy(network, data)
    tuned = to_mlp(network)
    metadata = {
        **task.mlp.metadata,
        "fine_tuned_drawings": len(task.labels),
        "test_accuracy": after,
    }
    mlp = dataclasses.replace(
        task.mlp, weights=tuned.weights, biases=tuned.biases, metadata=metadata
    )
    seconds = time.perf_counter() - started
    result = FineTuningResult(mlp, seconds, before, after, len(data.test_labels))
    report(result)
    return result


def warm_up() -> None:
    """Fine-tune a blank network for a few steps, so that TensorFlow compiles the distortions."""
    classes = NUM_CLASSES + 1
    mlp = Mlp(
        (np.zeros((IMAGE_SIZE**2, classes), np.float32),),
        (np.zeros(classes, np.float32),),
        metadata={"augment": True},
    )
    blank = np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.float32)
    task = FineTuning(mlp, blank, np.zeros(1, np.uint8))
    fine_tune(task, dummy_dataset(BATCH_SIZE), lambda event: None, STEPS // PROGRESS_REPORTS)


def _learning_rate(mlp: Mlp) -> float:
    return min(MAX_LEARNING_RATE, LEARNING_RATE * REFERENCE_WIDTH / max(mlp.hidden, default=1))


def _batches(task: FineTuning, data: Dataset, steps: int) -> tf.data.Dataset:
    """Images float32 (BATCH_SIZE, 28, 28) in [0, 1] and labels (BATCH_SIZE,), batch by batch.

    A batch holds drawings, then distorted rehearsed digits, then undistorted ones.
    """
    rng = np.random.default_rng(SEED)
    chosen = _spread(len(task.labels), steps * DRAWINGS_PER_BATCH, rng)
    drawings = np.rint(task.pixels * 255).astype(np.uint8)
    images, labels = _rehearsed(steps * (BATCH_SIZE - DRAWINGS_PER_BATCH), task.mlp, data, rng)
    distorts = bool(task.mlp.metadata.get("augment"))
    distorted = DISTORTED_PER_BATCH if distorts else DRAWINGS_PER_BATCH
    first_plain = steps * (distorted - DRAWINGS_PER_BATCH)
    plain = np.arange(first_plain, len(images))
    rng.shuffle(plain)  # the generated images are at the end

    def composed(drawn: np.ndarray, others: np.ndarray) -> np.ndarray:
        parts = drawn, others[:first_plain], others[plain]
        return np.concatenate([part.reshape(steps, -1, *part.shape[1:]) for part in parts], axis=1)

    def distort(number: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> tuple:
        pixels = tf.cast(images, tf.float32) / 255
        # For the drawings alone, compiling would take longer than it saves.
        changed = augment(pixels[:distorted], tf.stack([SEED, number]), compiled=distorts)
        return tf.concat([changed, pixels[distorted:]], axis=0), labels

    numbers = tf.range(steps)
    batches = composed(drawings[chosen], images), composed(task.labels[chosen], labels)
    return tf.data.Dataset.from_tensor_slices((numbers, *batches)).map(distort).prefetch(2)


def _rehearsed(
    size: int, mlp: Mlp, data: Dataset, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (size, 28, 28) like those of the network's training, and labels (size,).

    The images of the data set come before the generated ones.
    """
    if not mlp.knows_non_digits:
        chosen = _spread(len(data.train_images), size, rng)
        return data.train_images[chosen], data.train_labels[chosen]
    images, labels = generated_images(GENERATED_DIGITS)
    chosen = _spread(len(data.train_images), size - len(images), rng)
    return (
        np.concatenate([data.train_images[chosen], images]),
        np.concatenate([data.train_labels[chosen], labels]),
    )


def _spread(count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """`size` indices below `count`: each about equally often, shuffled in every round."""
    return np.concatenate([rng.permutation(count) for _ in range(-(-size // count))])[:size]


def _test_accuracy(network: keras.Sequential, data: Dataset) -> float:
    """Share (0 to 1) of the test set that the network reads right; runs on all cores."""
    starts = range(0, len(data.test_images), EVALUATION_BATCH)
    parts = (data.test_images[start : start + EVALUATION_BATCH] for start in starts)
    outputs = [network(part / np.float32(255)).numpy() for part in parts]
    return accuracy(np.concatenate(outputs)[:, :NUM_CLASSES], data.test_labels)


class _Reporter(keras.callbacks.Callback):
    """Turns Keras's callbacks into events."""

    def __init__(self, steps: int, report: Callable[[TrainingEvent], None]):
        super().__init__()
        self._steps = steps
        self._report = report

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise TrainingFailed(
                "The loss stopped being a number, because this network's weights are too large. "
                "Go back to the built-in network and teach that one."
            )
        self._report(BatchProgress(1, 1, min(batch + 1, self._steps), self._steps))
