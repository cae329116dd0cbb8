"""Fine-tunes a trained network on a few drawings without making it forget the rest, with Keras.

The drawings, distorted anew each time, are mixed with digits of the network's own training:
rehearsal against forgetting (Ratcliff 1990; as experience replay, Rolnick et al. 2019). Knows
nothing about strokes, pages and processes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.handwriting.generated import chunk_numbers, draw_chunk, generated_images
from digit_recognizer.network.mlp import Mlp, accuracy
from digit_recognizer.training.augmentation import augment
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.dataset import Dataset
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    FineTuningResult,
    TrainingEvent,
)
from digit_recognizer.training.keras_mlp import one_cycle, to_keras, to_mlp
from digit_recognizer.training.program import Chunk, made_ahead, program_for

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
CHUNK_SIZE = 30
"""Steps between two reports of progress; drawing each on the page takes time from the same cores.
STEPS is a multiple of it."""
EVALUATION_BATCH = 1_000
"""Test images that the network reads at once; allocating memory for all would take longer."""
SEED = 0


def fine_tune(
    task: FineTuning, data: Dataset, report: Callable[[TrainingEvent], None]
) -> FineTuningResult:
    """Train `task.mlp` on its drawings for STEPS batches, and rehearse digits of `data`.

    `report` receives progress on the calling thread and, last, the FineTuningResult, which is also
    returned. The new network has the shape, temperature and threshold of the old one. Raises
    TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    started = time.perf_counter()
    program = program_for(task.mlp.hidden, len(task.mlp.biases[-1]))
    program.begin(to_keras(task.mlp).get_weights())
    before = _test_accuracy(program.network, data)
    done = 0
    with contextlib.closing(made_ahead(_chunks(task, data))) as chunks:
        for chunk in chunks:
            loss, _ = program.train(chunk)
            if not math.isfinite(loss):
                raise TrainingFailed(
                    "The loss stopped being a number, because this network's weights are too "
                    "large. Go back to the built-in network and teach that one."
                )
            done += chunk.batches
            report(BatchProgress(1, 1, done, STEPS))
    after = _test_accuracy(program.network, data)
    tuned = to_mlp(program.network)
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


def preparations(mlp: Mlp) -> Iterator[Callable[[], object]]:
    """What a fine-tuning of a network like this may find done, a piece at a time.

    A piece takes half a second, or two if it compiles.
    """
    program = program_for(mlp.hidden, len(mlp.biases[-1]))
    yield functools.partial(program.compile, CHUNK_SIZE, BATCH_SIZE)
    if mlp.metadata.get("augment"):
        blank = np.zeros((CHUNK_SIZE, DISTORTED_PER_BATCH, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        yield functools.partial(augment, blank, np.random.default_rng())
    if mlp.knows_non_digits:
        yield from (functools.partial(draw_chunk, each) for each in chunk_numbers(GENERATED_DIGITS))


def _learning_rate(mlp: Mlp) -> float:
    return min(MAX_LEARNING_RATE, LEARNING_RATE * REFERENCE_WIDTH / max(mlp.hidden, default=1))


def _chunks(task: FineTuning, data: Dataset) -> Iterator[Chunk]:
    """All batches: in each, drawings, then distorted rehearsed digits, then undistorted ones."""
    rng = np.random.default_rng(SEED)
    chosen = _spread(len(task.labels), STEPS * DRAWINGS_PER_BATCH, rng)
    drawings = np.rint(task.pixels * 255).astype(np.uint8)
    images, labels = _rehearsed(STEPS * (BATCH_SIZE - DRAWINGS_PER_BATCH), task.mlp, data, rng)
    distorts = bool(task.mlp.metadata.get("augment"))
    distorted = DISTORTED_PER_BATCH if distorts else DRAWINGS_PER_BATCH
    first_plain = STEPS * (distorted - DRAWINGS_PER_BATCH)
    plain = np.arange(first_plain, len(images))
    rng.shuffle(plain)  # the generated images are at the end

    def composed(drawn: np.ndarray, others: np.ndarray) -> np.ndarray:
        parts = drawn, others[:first_plain], others[plain]
        return np.concatenate([part.reshape(STEPS, -1, *part.shape[1:]) for part in parts], axis=1)

    images, labels = composed(drawings[chosen], images), composed(task.labels[chosen], labels)
    rates = one_cycle(_learning_rate(task.mlp), STEPS)
    for first in range(0, STEPS, CHUNK_SIZE):
        steps = slice(first, first + CHUNK_SIZE)
        # For the drawings alone, compiling would take longer than it saves.
        changed = augment(images[steps, :distorted], rng, compiled=distorts)
        pictures = np.concatenate([changed, images[steps, distorted:]], axis=1)
        yield Chunk(pictures, labels[steps], rates[steps], CHUNK_SIZE)


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
