"""The tasks of a worker: a training, described by its hyperparameters, or a fine-tuning.

Knows nothing about Keras or about how a task is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from digit_recognizer.constants import IMAGE_SIZE, MAX_PARAMETERS, NUM_CLASSES
from digit_recognizer.errors import BadConfig

if TYPE_CHECKING:
    import numpy as np

    from digit_recognizer.network.mlp import Mlp

VALIDATION_SIZE = 5_000
"""Number of images at the end of MNIST's training set that are held out for validation."""
DATA_VARIABLE = "DIGIT_RECOGNIZER_MNIST"
"""Environment variable that names an `mnist.npz`."""

EPOCHS_RANGE = (1, 200)
BATCH_SIZE_RANGE = (8, 4096)
LEARNING_RATE_RANGE = (1e-6, 0.1)
HIDDEN_LAYERS_RANGE = (1, 6)
HIDDEN_UNITS_RANGE = (1, 2048)
SEED_RANGE = (0, 2**31 - 1)


def _check(name: str, value: object, kind: type, allowed: tuple[float, float]) -> None:
    low, high = allowed
    numeric = isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not (numeric and low <= value <= high):
        shown = repr(value)
        shown = shown if len(shown) <= 30 else shown[:27] + "…"
        raise BadConfig(f"The {name} is {shown}; it must be between {low:g} and {high:g}.")


@dataclass(frozen=True)
class TrainConfig:
    """The hyperparameters of one training.

    hidden: units of each hidden layer, first to last.
    augment: whether images are distorted, differently in each epoch.
    generated: number of generated digits for each image of the data set. Scribbles come with them,
        and the network learns these as an eleventh class.
    normalize: whether to train with batch normalization, which becomes part of the weights.
    schedule: course of the learning rate, "constant" or "one-cycle" (a linear warm-up, then half a
        cosine down to zero).

    Raises BadConfig when a value is outside its range.
    """

    hidden: tuple[int, ...] = (128,)
    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 1e-3
    augment: bool = False
    generated: float = 0.0
    normalize: bool = False
    seed: int = 0
    schedule: str = "constant"
    preset: str = "custom"

    def __post_init__(self):
        _check("epochs", self.epochs, int, EPOCHS_RANGE)
        _check("batch size", self.batch_size, int, BATCH_SIZE_RANGE)
        _check("learning rate", self.learning_rate, float, LEARNING_RATE_RANGE)
        _check("seed", self.seed, int, SEED_RANGE)
        _check("number of hidden layers", len(self.hidden), int, HIDDEN_LAYERS_RANGE)
        for units in self.hidden:
            _check("number of units in a hidden layer", units, int, HIDDEN_UNITS_RANGE)
        if self.parameters > MAX_PARAMETERS:
            raise BadConfig(
                f"The hidden layers {', '.join(map(str, self.hidden))} make a network of "
                f"{self.parameters:,} parameters; it may have at most {MAX_PARAMETERS:,}."
            )
        if self.schedule not in ("constant", "one-cycle"):
            raise BadConfig(f"The schedule is {self.schedule!r}; use 'constant' or 'one-cycle'.")

    @property
    def outputs(self) -> int:
        """Number of classes: the digits and, in a training with scribbles, an eleventh for them."""
        return NUM_CLASSES + bool(self.generated)

    @property
    def parameters(self) -> int:
        """Number of weights and biases of the network."""
        sizes = (IMAGE_SIZE * IMAGE_SIZE, *self.hidden, self.outputs)
        return sum((inputs + 1) * units for inputs, units in pairwise(sizes))


PRESETS = {
    "tutorial": TrainConfig(preset="tutorial"),
    "quick": TrainConfig(
        preset="quick",
        epochs=6,
        batch_size=256,
        learning_rate=1e-2,
        schedule="one-cycle",
    ),
    "robust": TrainConfig(
        preset="robust",
        hidden=(512, 512),
        epochs=10,
        batch_size=256,
        learning_rate=2e-3,
        augment=True,
        generated=0.2,
        schedule="one-cycle",
    ),
    "shipped": TrainConfig(
        preset="shipped",
        hidden=(1024, 1024),
        epochs=80,
        batch_size=256,
        learning_rate=2e-3,
        augment=True,
        generated=0.6,
        normalize=True,
        schedule="one-cycle",
    ),
}
DEFAULT_PRESET = "robust"
PAGE_PRESETS = ("tutorial", "quick", "robust")
WARM_PRESETS = ("quick", "robust")
"""Presets that a worker warms up for before it has a task."""


@dataclass(frozen=True, eq=False)
class FineTuning:
    """A few drawings with their digits, and the trained network that should learn to read them.

    pixels: float32 (N, 28, 28) in [0, 1], ink 1, N >= 1; the network's own input.
    labels: uint8 (N,), 0 to 9.
    """

    mlp: Mlp
    pixels: np.ndarray
    labels: np.ndarray


Task = TrainConfig | FineTuning
