"""Trains a network with Keras and reports its course; knows nothing about pages and processes."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.handwriting.generated import (
    chunk_numbers,
    draw_chunk,
    generated_images,
    image_count,
)
from digit_recognizer.network.calibration import calibrate
from digit_recognizer.network.evaluation import Evaluation, evaluate
from digit_recognizer.network.mlp import Mlp, accuracy
from digit_recognizer.training.augmentation import augment, augment_most
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import (
    HISTORY_COLUMNS,
    BatchProgress,
    DatasetNote,
    EpochResult,
    TrainingEvent,
    TrainingResult,
)
from digit_recognizer.training.keras_mlp import build_network, one_cycle, to_mlp
from digit_recognizer.training.program import Chunk, Program, made_ahead, program_for

if TYPE_CHECKING:
    from digit_recognizer.training.dataset import Dataset

PROGRESS_REPORTS = 10
"""Reports of progress in an epoch, each after a chunk of batches."""
CALIBRATION_SEED = 0


def train(
    config: TrainConfig, data: Dataset, report: Callable[[TrainingEvent], None]
) -> TrainingResult:
    """Train a network on `data`.

    `report` receives every event on the calling thread and, last, the TrainingResult, which is also
    returned. Raises TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    images, labels = _training_images(config, data)
    batches = _batches(config, len(images))
    keras.utils.set_random_seed(config.seed)
    untrained = build_network(config.hidden, config.outputs, config.normalize)
    program = program_for(config.hidden, config.outputs, config.normalize)
    program.begin(untrained.get_weights())
    history = _History(config, data, report)
    history.begin(to_mlp(untrained))
    started = time.perf_counter()
    with contextlib.closing(made_ahead(_chunks(config, images, labels))) as chunks:
        for epoch in range(1, config.epochs + 1):
            epoch_started = time.perf_counter()
            loss, accuracy = _train_epoch(program, chunks, batches, epoch, config, report)
            seconds = time.perf_counter() - epoch_started
            history.add(epoch, to_mlp(program.network), loss, accuracy, seconds)
    fit_seconds = time.perf_counter() - started
    mlp = _calibrated(to_mlp(program.network), data)
    evaluation = evaluate(mlp, data.test_images, data.test_labels)
    metadata = _metadata(config, data, history.epochs, evaluation)
    result = TrainingResult(dataclasses.replace(mlp, metadata=metadata), fit_seconds, evaluation)
    report(result)
    return result


def preparations(config: TrainConfig, data: Dataset) -> Iterator[Callable[[], object]]:
    """What a training on `data` with these hyperparameters may find done, a piece at a time.

    A piece takes half a second, or two if it compiles.
    """
    program = program_for(config.hidden, config.outputs, config.normalize)
    digits = generated_digits(config, data)
    count = len(data.train_images) + image_count(digits)
    shape = _chunk_size(_batches(config, count)), config.batch_size
    yield functools.partial(program.compile, *shape)
    yield functools.partial(_validation_pixels, data)
    if config.augment:
        blank = np.zeros((*shape, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        yield functools.partial(augment_most, blank, np.random.default_rng())
    yield from (functools.partial(draw_chunk, number) for number in chunk_numbers(digits))


def generated_digits(config: TrainConfig, data: Dataset) -> int:
    """How many generated digits a training mixes in."""
    return round(config.generated * len(data.train_images))


def _training_images(config: TrainConfig, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    if not config.generated:
        return data.train_images, data.train_labels
    images, labels = generated_images(generated_digits(config, data))
    return (
        np.concatenate([data.train_images, images]),
        np.concatenate([data.train_labels, labels]),
    )


def _batches(config: TrainConfig, count: int) -> int:
    """Batches in an epoch of `count` images; the last one is filled up with the epoch's first."""
    return math.ceil(count / config.batch_size)


def _chunk_size(batches: int) -> int:
    return math.ceil(batches / PROGRESS_REPORTS)


def _chunks(config: TrainConfig, images: np.ndarray, labels: np.ndarray) -> Iterator[Chunk]:
    """All epochs' batches, in a new random order in each epoch."""
    rng = np.random.default_rng(config.seed)
    count = len(images)
    batches = _batches(config, count)
    size = _chunk_size(batches)
    rates = _learning_rates(config, batches)
    places = np.arange(size * config.batch_size).reshape(size, -1)
    for epoch in range(config.epochs):
        order = rng.permutation(count)
        for first in range(0, batches, size):
            chosen = order[(first * config.batch_size + places) % count]
            pictures = images[chosen]
            if config.augment:
                pictures = augment_most(pictures, rng)
            start = epoch * batches + first
            yield Chunk(
                pictures, labels[chosen], rates[start : start + size], min(size, batches - first)
            )


def _learning_rates(config: TrainConfig, batches: int) -> np.ndarray:
    """The learning rate of each batch; as many more as a last chunk is filled up with."""
    steps = config.epochs * batches
    if config.schedule == "constant":
        rates = np.full(steps, config.learning_rate, np.float32)
    else:
        rates = one_cycle(config.learning_rate, steps)
    return np.pad(rates, (0, _chunk_size(batches)))


def _train_epoch(
    program: Program,
    chunks: Iterator[Chunk],
    batches: int,
    epoch: int,
    config: TrainConfig,
    report: Callable[[TrainingEvent], None],
) -> tuple[float, float]:
    """Mean loss and accuracy over the epoch's batches, each measured before its step."""
    done, figures = 0, np.zeros(2)
    while done < batches:
        chunk = next(chunks)
        loss, accuracy = program.train(chunk)
        if not math.isfinite(loss):
            raise TrainingFailed(
                f"The loss stopped being a number in epoch {epoch}: the learning rate "
                f"{config.learning_rate:g} is probably too high. Try a tenth of it."
            )
        done += chunk.batches
        figures += chunk.batches * np.array([loss, accuracy])
        report(BatchProgress(epoch, config.epochs, done, batches, loss))
    return tuple(map(float, figures / batches))


def _calibrated(mlp: Mlp, data: Dataset) -> Mlp:
    """The network, calibrated on the validation split and on a distorted copy of it."""
    return calibrate(mlp, _validation_pixels(data), np.tile(data.val_labels, 2))


@functools.lru_cache(maxsize=1)
def _validation_pixels(data: Dataset) -> np.ndarray:
    """The validation split and a distorted copy: float32 (2 N, 28, 28) in [0, 1]."""
    images = data.val_images[None]
    # For these few images, compiling would take longer than it saves.
    distorted = augment(images, np.random.default_rng(CALIBRATION_SEED), compiled=False)
    return np.concatenate([images, distorted], axis=1)[0] / np.float32(255)


def _metadata(
    config: TrainConfig, data: Dataset, history: list[dict[str, float]], evaluation: Evaluation
) -> dict[str, object]:
    return {
        **dataclasses.asdict(config),
        "data": "generated handwriting" if data.note else "MNIST",
        "date": datetime.date.today().isoformat(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "val_accuracy": history[-1]["val_accuracy"],
        "test_accuracy": evaluation.accuracy,
        "history": history,
    }


def _measure(mlp: Mlp, pixels: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy (0 to 1) over `pixels` (see Mlp.logits)."""
    logits = mlp.logits(pixels)
    right = logits[np.arange(len(labels)), labels]
    highest = logits.max(axis=1, keepdims=True)
    normalizers = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return float((normalizers - right).mean()), accuracy(logits, labels)


class _History:
    """Validates the network of each epoch, keeps its figures and reports them."""

    def __init__(self, config: TrainConfig, data: Dataset, report: Callable[[TrainingEvent], None]):
        self._config = config
        self._data = data
        self._val_pixels = data.val_images / np.float32(255)
        self._report = report
        self.epochs: list[dict[str, float]] = []
        """The figures HISTORY_COLUMNS of each epoch so far, the untrained network's first."""

    def begin(self, untrained: Mlp) -> None:
        """Add the untrained network as epoch 0, measured on as many images as validation has."""
        count = len(self._data.val_labels)
        pixels = self._data.train_images[:count] / np.float32(255)
        self.add(0, untrained, *_measure(untrained, pixels, self._data.train_labels[:count]), 0.0)

    def add(self, epoch: int, mlp: Mlp, loss: float, accuracy: float, seconds: float) -> None:
        """Add an epoch's network with its figures on the training images."""
        val_loss, val_accuracy = _measure(mlp, self._val_pixels, self._data.val_labels)
        event = EpochResult(
            epoch=epoch,
            epochs=self._config.epochs,
            loss=loss,
            accuracy=accuracy,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=seconds,
            mlp=mlp,
            val_count=len(self._data.val_labels),
        )
        self.epochs.append({column: getattr(event, column) for column in HISTORY_COLUMNS})
        self._report(event)
