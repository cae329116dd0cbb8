"""Trains a network with Keras and reports its course; knows nothing about pages and processes."""

from __future__ import annotations

import dataclasses
import datetime
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.handwriting.generated import generated_images
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
from digit_recognizer.training.keras_mlp import FusedAdam, build_network, one_cycle, to_mlp

if TYPE_CHECKING:
    from digit_recognizer.training.dataset import Dataset

PROGRESS_REPORTS = 10
"""Reports of progress in an epoch."""


def train(
    config: TrainConfig, data: Dataset, report: Callable[[TrainingEvent], None]
) -> TrainingResult:
    """Train a network in one call of Keras's `fit`.

    `report` receives every event on the calling thread and, last, the TrainingResult, which is also
    returned. Raises TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    keras.utils.set_random_seed(config.seed)
    images, labels = _training_images(config, data)
    batches = _batches(config, len(images))
    network = build_network(config.hidden, config.outputs, config.normalize)
    _compile(network, config, batches)
    reporter = _Reporter(config, batches, data, report)
    started = time.perf_counter()
    network.fit(
        _training_batches(config, images, labels, batches),
        epochs=config.epochs,
        callbacks=[reporter],
        shuffle=False,  # the batches come shuffled
        verbose=0,
    )
    fit_seconds = time.perf_counter() - started
    mlp = _calibrated(to_mlp(network), config, data)
    evaluation = evaluate(mlp, data.test_images, data.test_labels)
    metadata = _metadata(config, data, reporter.history, evaluation)
    result = TrainingResult(dataclasses.replace(mlp, metadata=metadata), fit_seconds, evaluation)
    report(result)
    return result


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


def _compile(network: keras.Sequential, config: TrainConfig, batches: int) -> None:
    network.compile(
        optimizer=FusedAdam(_learning_rate(config, batches)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # A step that creates variables is traced twice. So the metric is an object, not the name
        # "accuracy", and the optimizer is built here.
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        steps_per_execution=math.ceil(batches / PROGRESS_REPORTS),
        jit_compile=False,  # compiling costs more than it saves in a few dozen seconds
    )
    network.optimizer.build(network.trainable_variables)


def _calibrated(mlp: Mlp, config: TrainConfig, data: Dataset) -> Mlp:
    """The network, calibrated on the validation split and on a distorted copy of it."""
    pixels = data.val_images / np.float32(255)
    # For these few images, compiling would take longer than it saves.
    distorted = augment(tf.constant(pixels), tf.constant([config.seed, 0]), compiled=False).numpy()
    return calibrate(mlp, np.concatenate([pixels, distorted]), np.tile(data.val_labels, 2))


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


def _batches(config: TrainConfig, count: int) -> int:
    """Batches in an epoch of `count` images.

    With distortions a short last batch is left out, since XLA would compile again for its size.
    Each epoch leaves out other images.
    """
    if config.augment and count > config.batch_size:
        return count // config.batch_size
    return math.ceil(count / config.batch_size)


def _training_batches(
    config: TrainConfig, images: np.ndarray, labels: np.ndarray, batches: int
) -> tf.data.Dataset:
    """An epoch's batches, in a new random order each time; a batch is gathered as a whole."""
    images, labels = tf.constant(images), tf.constant(labels)
    count = len(images)

    def shuffled(epoch_seed: tf.Tensor) -> tf.data.Dataset:
        seed = [config.seed, epoch_seed]
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed)
        starts = tf.data.Dataset.range(0, batches * config.batch_size, config.batch_size)
        return starts.map(
            lambda start: (order[start : start + config.batch_size], [epoch_seed, start])
        )

    def pick(indices: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = tf.cast(tf.gather(images, indices), tf.float32) / 255
        if config.augment:
            pixels = augment_most(pixels, seed)
        return pixels, tf.gather(labels, indices)

    epoch_seed = tf.data.Dataset.random(config.seed, rerandomize_each_iteration=True).take(1)
    return (
        epoch_seed.flat_map(shuffled)
        .map(pick)
        .prefetch(tf.data.AUTOTUNE)
        .apply(tf.data.experimental.assert_cardinality(batches))
    )


def _learning_rate(
    config: TrainConfig, batches: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if config.schedule == "constant":
        return config.learning_rate
    return one_cycle(config.learning_rate, config.epochs * batches)


def _measure(mlp: Mlp, pixels: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy (0 to 1) over `pixels` (see Mlp.logits)."""
    logits = mlp.logits(pixels)
    right = logits[np.arange(len(labels)), labels]
    highest = logits.max(axis=1, keepdims=True)
    normalizers = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return float((normalizers - right).mean()), accuracy(logits, labels)


class _Reporter(keras.callbacks.Callback):
    """Turns Keras's callbacks into events, and validates the network of each epoch."""

    def __init__(
        self,
        config: TrainConfig,
        batches: int,
        data: Dataset,
        report: Callable[[TrainingEvent], None],
    ):
        super().__init__()
        self._config = config
        self._batches = batches
        self._data = data
        self._val_pixels = data.val_images / np.float32(255)
        self._report = report
        self.history: list[dict[str, float]] = []
        """The figures HISTORY_COLUMNS of each epoch so far, the untrained network's first."""
        self._epoch = 0
        self._started = 0.0
        self._reported = 0.0, 0

    def on_train_begin(self, logs=None):
        count = len(self._data.val_labels)
        pixels = self._data.train_images[:count] / np.float32(255)
        mlp = to_mlp(self.model)
        self._finish_epoch(mlp, *_measure(mlp, pixels, self._data.train_labels[:count]), 0.0)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch + 1
        self._started = time.perf_counter()
        self._reported = 0.0, 0

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise TrainingFailed(
                f"The loss stopped being a number in epoch {self._epoch}: the learning rate "
                f"{self._config.learning_rate:g} is probably too high. Try a tenth of it."
            )
        done = min(batch + 1, self._batches)  # Keras counts a short last execution as a whole one
        # Keras's loss is the mean since the epoch began.
        total, (former, before) = float(logs["loss"]) * done, self._reported
        self._reported = total, done
        loss = (total - former) / max(done - before, 1)
        self._report(BatchProgress(self._epoch, self._config.epochs, done, self._batches, loss))

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self._started
        self._finish_epoch(
            to_mlp(self.model), float(logs["loss"]), float(logs["accuracy"]), seconds
        )

    def _finish_epoch(self, mlp: Mlp, loss: float, accuracy: float, seconds: float):
        val_loss, val_accuracy = _measure(mlp, self._val_pixels, self._data.val_labels)
        event = EpochResult(
            epoch=self._epoch,
            epochs=self._config.epochs,
            loss=loss,
            accuracy=accuracy,
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=seconds,
            mlp=mlp,
            val_count=len(self._data.val_labels),
        )
        self.history.append({column: getattr(event, column) for column in HISTORY_COLUMNS})
        self._report(event)
