"""From a picture to an answer: opens it, prepares it, asks the network.

Knows nothing about where pictures come from or how answers are shown.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.ink.images import to_ink
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.segmentation import find_digits, may_be_several, may_touch
from digit_recognizer.network.mlp import Mlp

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
    may_touch: True when several digits may touch here that could not be parted, or were parted in
        the wrong place; only `Recognizer.read` looks for that.
    none: probability that this is no digit, 0 to 1; None for a network that does not know such.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    pixels: np.ndarray
    is_digit: bool = True
    may_touch: bool = False
    none: float | None = None


class Recognizer:
    """Reads pictures of digits with one network; safe to share between threads."""

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

    def read(self, picture: str | os.PathLike | Image.Image | np.ndarray) -> list[Prediction]:
        """Read the number in a picture: its digits from left to right.

        Takes and raises what `predict` does. Of a single digit, the only element is what `predict`
        returns, but for `may_touch`.
        """
        return self.read_ink(to_ink(picture))

    def predict_ink(self, ink: np.ndarray) -> Prediction:
        """Read the digit in `ink`, float32 (H, W) in [0, 1], ink 1. Raises EmptyDrawing."""
        return self.predict_pixels(to_pixels(ink))

    def read_ink(self, ink: np.ndarray) -> list[Prediction]:
        """Read the number in `ink`, as `read` does. Raises EmptyDrawing."""
        whole = self.predict_ink(ink)
        if whole.is_digit and not may_be_several(ink):
            return [whole]
        digits = find_digits(ink, lambda pixels: self.mlp.answer(pixels)[1])
        if len(digits) < 2:
            return [replace(whole, may_touch=may_touch(whole.pixels))]
        return [
            replace(self.predict_pixels(pixels), may_touch=is_doubtful or may_touch(pixels))
            for pixels, is_doubtful in digits
        ]

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
            none=float(1 - certainty / probabilities[digit]) if self.mlp.knows_none else None,
        )
