"""Trains a network with Keras and reports how it goes; knows nothing about pages and processes.

This module and what it alone imports are the only ones that load TensorFlow.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.files import replacing
from digit_recognizer.handwriting.digits import drawing_digits
from digit_recognizer.handwriting.scribbles import KINDS, drawing_scribbles
from digit_recognizer.network.calibration import calibrate
from digit_recognizer.network.evaluation import evaluate
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.augmentation import augment, augment_most
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    EpochResult,
    TrainingEvent,
    TrainingResult,
)
from digit_recognizer.training.steps import Steps, finish

if TYPE_CHECKING:
    import os

    from digit_recognizer.training.dataset import Dataset

PROGRESS_REPORTS = 10
"""How many times an epoch reports its progress."""
WARM_UP = 0.2
"""Share of a one-cycle training in which the learning rate rises."""
SCRIBBLES = 0.5
"""Non-digits that come with each generated digit."""

_generated: dict[int, tuple[np.ndarray, np.ndarray]] = {}


def build_network(
    hidden: tuple[int, ...], outputs: int = NUM_CLASSES, normalize: bool = False
) -> keras.Sequential:
    """An untrained network from float32 (N, 28, 28) in [0, 1], ink 1, to (N, outputs) logits.

    With `normalize`, batch normalization (Ioffe and Szegedy 2015) follows each hidden product.
    """
    layers = [keras.layers.Input((IMAGE_SIZE, IMAGE_SIZE)), keras.layers.Flatten()]
    for units in hidden:
        if normalize:
            layers.append(keras.layers.Dense(units, use_bias=False))
            layers.append(keras.layers.BatchNormalization())
            layers.append(keras.layers.ReLU())
        else:
            layers.append(keras.layers.Dense(units, activation="relu"))
    return keras.Sequential([*layers, keras.layers.Dense(outputs)])


def train(
    config: TrainConfig, data: Dataset, report: Callable[[TrainingEvent], None]
) -> TrainingResult:
    """Train a network in one call of Keras's `fit`.

    `report` receives every event on the calling thread; the TrainingResult, which is also
    returned, comes last. Raises TrainingFailed when the loss is no longer a finite number.
    """
    if data.note:
        report(DatasetNote(data.note))
    keras.utils.set_random_seed(config.seed)
    images, labels = _training_images(config, data)
    outputs = NUM_CLASSES + bool(config.generated)
    network = build_network(config.hidden, outputs, config.normalize)
    batches = _batches(config, len(images))
    network.compile(
        optimizer=FusedAdam(_learning_rate(config, batches)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        # An object and not "accuracy", and an optimizer that is built: a step that creates
        # variables is traced twice.
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        steps_per_execution=math.ceil(batches / PROGRESS_REPORTS),
        jit_compile=False,  # compiling costs more than it saves in a few dozen seconds
    )
    network.optimizer.build(network.trainable_variables)
    started = time.perf_counter()
    network.fit(
        _training_batches(config, images, labels, batches),
        epochs=config.epochs,
        callbacks=[_Reporter(config, batches, data, report)],
        shuffle=False,  # the batches come shuffled
        verbose=0,
    )
    fit_seconds = time.perf_counter() - started
    mlp = _calibrated(to_mlp(network), config, data)
    evaluation = evaluate(mlp, data.test_images, data.test_labels)
    metadata = {
        **dataclasses.asdict(config),
        "data": "generated handwriting" if data.note else "MNIST",
        "date": datetime.date.today().isoformat(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "val_accuracy": mlp.accuracy(data.val_images / np.float32(255), data.val_labels),
        "test_accuracy": evaluation.accuracy,
    }
    result = TrainingResult(dataclasses.replace(mlp, metadata=metadata), fit_seconds, evaluation)
    report(result)
    return result


def to_mlp(network: keras.Sequential) -> Mlp:
    """The network's weights, copied, as an immutable Mlp that answers without Keras.

    Batch normalization is linear once trained, so it becomes part of the layer before it.
    """
    weights, biases = [], []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            weights.append(layer.kernel.numpy())
            biases.append(layer.bias.numpy() if layer.use_bias else None)
        elif isinstance(layer, keras.layers.BatchNormalization):
            scale = layer.gamma.numpy() / np.sqrt(layer.moving_variance.numpy() + layer.epsilon)
            weights[-1] = weights[-1] * scale
            biases[-1] = layer.beta.numpy() - layer.moving_mean.numpy() * scale
    return Mlp(tuple(weights), tuple(biases))


def to_keras(mlp: Mlp) -> keras.Sequential:
    """The way back: a network from float32 (N, 28, 28) in [0, 1] to logits, with these weights."""
    network = build_network(mlp.hidden, len(mlp.biases[-1]))
    network.set_weights(
        [array for layer in zip(mlp.weights, mlp.biases, strict=True) for array in layer]
    )
    return network


def validate(mlp: Mlp, pixels: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy in nats and accuracy (0 to 1) over `pixels` (see Mlp.logits)."""
    logits = mlp.logits(pixels)
    right = logits[np.arange(len(labels)), labels]
    highest = logits.max(axis=1, keepdims=True)
    normalizers = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return float((normalizers - right).mean()), float((logits.argmax(axis=1) == labels).mean())


def export_keras(mlp: Mlp, path: str | os.PathLike) -> None:
    """Write `mlp` as a `.keras` file: input float32 (N, 28, 28) in [0, 1], output logits.

    The file at `path` is replaced at once or, when writing fails (OSError), left as it was.
    """
    # Keras writes to a name only, and leaves half a file behind when the disk is full.
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "network.keras"
        to_keras(mlp).save(whole)
        with replacing(path) as file:
            file.write(whole.read_bytes())


class FusedAdam(keras.optimizers.Adam):
    """Adam with one fused operation a variable; Keras's own needs a dozen small ones."""

    def update_step(self, gradient, variable, learning_rate):
        """Update `variable` and its moments in place."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations.value + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


def generated_images(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Generated digits, and non-digits as class 10, always the same: (N, 28, 28) and (N,) uint8."""
    return finish(generating(count))


def generating(count: int) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """What `generated_images` does, one at a time; what was generated once is kept."""
    if count not in _generated:
        rng = np.random.default_rng(0)
        digits, labels = yield from drawing_digits(count, rng)
        scribbles = yield from drawing_scribbles(round(SCRIBBLES * count), rng, KINDS)
        _generated[count] = (
            np.concatenate([digits, scribbles]),
            np.concatenate([labels, np.full(len(scribbles), NUM_CLASSES, np.uint8)]),
        )
    return _generated[count]


def _training_images(config: TrainConfig, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    if not config.generated:
        return data.train_images, data.train_labels
    images, labels = generated_images(round(config.generated * len(data.train_images)))
    return (
        np.concatenate([data.train_images, images]),
        np.concatenate([data.train_labels, labels]),
    )


def _calibrated(mlp: Mlp, config: TrainConfig, data: Dataset) -> Mlp:
    """Calibrated on the validation split, once as it is and once distorted as in training."""
    pixels = data.val_images / np.float32(255)
    # Not compiled: for these few images that would take longer than it saves.
    distorted = augment(tf.constant(pixels), tf.constant([config.seed, 0]), compiled=False).numpy()
    return calibrate(mlp, np.concatenate([pixels, distorted]), np.tile(data.val_labels, 2))


def _batches(config: TrainConfig, count: int) -> int:
    """Batches in an epoch of `count` images.

    A short last batch would make XLA compile the distortions again, so it is left out there; in
    each epoch it is a few other images that miss out.
    """
    if config.augment and count > config.batch_size:
        return count // config.batch_size
    return math.ceil(count / config.batch_size)


def _training_batches(
    config: TrainConfig, images: np.ndarray, labels: np.ndarray, batches: int
) -> tf.data.Dataset:
    """An epoch's batches, in a new random order each time, gathered whole and not by image."""
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


def one_cycle(highest: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate that rises to `highest` and falls to zero, over so many steps in all."""
    warm_up = max(1, round(WARM_UP * steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=highest / 25,
        warmup_target=highest,
        warmup_steps=warm_up,
        decay_steps=max(1, steps - warm_up),
    )


class _Reporter(keras.callbacks.Callback):
    """Turns Keras's callbacks into events, and validates the very network it reports."""

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
        self._val_pixels = data.val_images / np.float32(255)
        self._val_labels = data.val_labels
        self._report = report
        self._epoch = 0
        self._started = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch + 1
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise TrainingFailed(
                f"The loss stopped being a number in epoch {self._epoch}: the learning rate "
                f"{self._config.learning_rate:g} is probably too high. Try a tenth of it."
            )
        done = min(batch + 1, self._batches)  # the last execution may stop short
        self._report(BatchProgress(self._epoch, self._config.epochs, done, self._batches))

    def on_epoch_end(self, epoch, logs=None):
        mlp = to_mlp(self.model)
        val_loss, val_accuracy = validate(mlp, self._val_pixels, self._val_labels)
        self._report(
            EpochResult(
                epoch=self._epoch,
                epochs=self._config.epochs,
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                seconds=time.perf_counter() - self._started,
                mlp=mlp,
                val_count=len(self._val_labels),
            )
        )
