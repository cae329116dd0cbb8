"""The network in Keras: its layers, its learning rate, and the conversion to an `Mlp` and back.

Knows nothing about data, epochs and events.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import keras
import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.files import replacing
from digit_recognizer.network.mlp import Mlp

WARM_UP = 0.2
"""Share of a one-cycle training in which the learning rate rises. Any value near this serves."""
RATE_RISE = 25
"""Factor from the first to the highest learning rate of a one-cycle training (fastai's value)."""


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


def to_mlp(network: keras.Sequential) -> Mlp:
    """An immutable copy of the network that answers without Keras.

    Batch normalization is linear after training, so it becomes part of the layer before it.
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
    """A Keras network with these weights, from float32 (N, 28, 28) in [0, 1] to logits."""
    network = build_network(mlp.hidden, len(mlp.biases[-1]))
    network.set_weights(
        [array for layer in zip(mlp.weights, mlp.biases, strict=True) for array in layer]
    )
    return network


def export_keras(mlp: Mlp, path: str | os.PathLike) -> None:
    """Write `mlp` as a `.keras` file: input float32 (N, 28, 28) in [0, 1], output logits.

    The file at `path` is replaced as a whole or, if writing fails (OSError), left unchanged.
    """
    # Keras needs a path, and leaves half a file behind when the disk is full.
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "network.keras"
        to_keras(mlp).save(whole)
        with replacing(path) as file:
            file.write(whole.read_bytes())


def one_cycle(highest: float, steps: int) -> np.ndarray:
    """Learning rates float32 (steps,) that rise to `highest`, then fall towards zero.

    The rise is linear, the fall half a cosine (Smith and Topin 2019, as in fastai).
    """
    warm_up = max(1, round(WARM_UP * steps))
    rise = np.linspace(highest / RATE_RISE, highest, warm_up, endpoint=False)
    fall = np.linspace(0, np.pi, max(1, steps - warm_up), endpoint=False)
    return np.concatenate([rise, highest * (1 + np.cos(fall)) / 2])[:steps].astype(np.float32)
