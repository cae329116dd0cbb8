"""Trains a network with Adam in one compiled program a chunk, which is many batches.

Knows nothing about data sets, epochs and events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.training.keras_mlp import build_network

KEPT = 3
"""Programs that a process keeps: those of two recipes and of a fine-tuning, which are compiled
before anyone asks for them. Each holds its network three times, for Adam's moments."""


class Chunk(NamedTuple):
    """Batches for one call of a program.

    images: uint8 (S, B, 28, 28), ink 255. labels: uint8 (S, B). rates: float32 (S,), the learning
    rate of each batch. batches: how many of the S to train on; the others fill the chunk up, since
    a program is compiled for one S.
    """

    images: np.ndarray
    labels: np.ndarray
    rates: np.ndarray
    batches: int


class Program:
    """A network and Adam (Kingma and Ba 2015), which XLA compiles together for a shape of chunks.

    Compiling takes about a second, at the first chunk of its shape; a further one may be another
    training's. All batches of a chunk run inside the program, since their products take less time
    than Keras and TensorFlow need between them.
    """

    def __init__(self, hidden: tuple[int, ...], outputs: int, normalize: bool = False):
        self.network = build_network(hidden, outputs, normalize)
        self._adam = keras.optimizers.Adam()
        self._adam.build(self.network.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._adam.variables]

    def begin(self, weights: list[np.ndarray]) -> None:
        """Take these weights and forget what a former training left in Adam."""
        self.network.set_weights(weights)
        for variable, value in zip(self._adam.variables, self._fresh, strict=True):
            variable.assign(value)

    def train(self, chunk: Chunk) -> tuple[float, float]:
        """Mean loss (cross-entropy in nats) and accuracy (0 to 1) over the chunk's batches.

        Both are measured before each batch's step.
        """
        loss, right = self._train(*map(tf.constant, chunk))
        return float(loss) / chunk.batches, int(right) / (chunk.batches * chunk.labels.shape[1])

    def compile(self, size: int, batch_size: int) -> None:
        """Compile for chunks of `size` batches, without training."""
        labels = np.zeros((size, batch_size), np.uint8)
        images = np.zeros((*labels.shape, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        self._train(*map(tf.constant, Chunk(images, labels, np.zeros(size, np.float32), 0)))

    @tf.function(jit_compile=True)
    def _train(self, images, labels, rates, batches):
        def train_on(index, loss_sum, right):
            pixels = tf.cast(images[index], tf.float32) / 255
            digits = tf.cast(labels[index], tf.int32)
            loss, logits, gradients = self._gradients(pixels, digits)
            self._adam.learning_rate.assign(rates[index])
            self._adam.apply(gradients, self.network.trainable_variables)
            hits = tf.argmax(logits, axis=1, output_type=tf.int32) == digits
            return index + 1, loss_sum + loss, right + tf.reduce_sum(tf.cast(hits, tf.int32))

        _, loss_sum, right = tf.while_loop(lambda index, *_: index < batches, train_on, (0, 0.0, 0))
        return loss_sum, right

    def _gradients(self, pixels, labels):
        with tf.GradientTape() as tape:
            logits = self.network(pixels, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.cast(labels, tf.int32), logits
            )
            loss = tf.reduce_mean(losses)
        return loss, logits, tape.gradient(loss, self.network.trainable_variables)


@lru_cache(maxsize=KEPT)
def program_for(hidden: tuple[int, ...], outputs: int, normalize: bool = False) -> Program:
    """The program for a network of this shape, kept for the next training of the same shape."""
    return Program(hidden, outputs, normalize)


def made_ahead(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The chunks, each made on a thread while the program trains on the one before."""
    chunks = iter(chunks)
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = thread.submit(next, chunks, None)
            yield chunk
