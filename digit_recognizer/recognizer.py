"""From a picture to an answer: opens it, prepares it, asks the network.

Knows nothing about where pictures come from or how answers are shown.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_recognizer.config import SHIPPED_MODEL
from digit_recognizer.images import to_ink
from digit_recognizer.mlp import Mlp
from digit_recognizer.preprocessing import to_pixels

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says about one picture.

    digit: 0 to 9, the class of the largest probability.
    confidence: that probability, 0 to 1.
    probabilities: float32 (10,), sums to 1.
    pixels: float32 (28, 28) in [0, 1], ink 1: what the network saw.
    is_digit: False when this is probably no digit.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    pixels: np.ndarray
    is_digit: bool = True


class Recognizer:
    """Reads pictures of single digits with one network; safe to share between threads."""

    def __init__(self, mlp: Mlp):
        self.mlp = mlp

    @classmethod
    def load(cls, path: str | os.PathLike = SHIPPED_MODEL) -> Recognizer:
        """Read the network from an `.npz` of `Mlp.save`. Raises BadModel."""
        return cls(Mlp.load(path))

    def predict(self, picture: str | os.PathLike | Image.Image | np.ndarray) -> Prediction:
        """Read the digit in a picture.

        picture: a path, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4).
        Raises BadImage when it cannot be opened, EmptyDrawing when there is no ink in it.
        """
        return self.predict_ink(to_ink(picture))

    def predict_ink(self, ink: np.ndarray) -> Prediction:
        """Read the digit in `ink`, float32 (H, W) in [0, 1], ink 1. Raises EmptyDrawing."""
        return self.predict_pixels(to_pixels(ink))

    def predict_pixels(self, pixels: np.ndarray) -> Prediction:
        """Read the digit in the network's own input, float32 (28, 28) in [0, 1], ink 1."""
        (probabilities,), (certainty,) = self.mlp.answer(pixels[None])
        digit = int(probabilities.argmax())
        return Prediction(
            digit,
            float(probabilities[digit]),
            probabilities,
            pixels,
            bool(certainty >= self.mlp.threshold),
        )
