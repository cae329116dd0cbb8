"""What a network is to be taught by hand: the task of a worker; knows nothing about Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from digit_recognizer.network.mlp import Mlp


@dataclass(frozen=True, eq=False)
class Lesson:
    """Drawings that a network should read in another way from now on.

    mlp: the network that is taught. pixels: float32 (N, 28, 28) in [0, 1], ink 1, N >= 1: the
    drawings as the network sees them. labels: uint8 (N,), 0 to 9: what they are.
    """

    mlp: Mlp
    pixels: np.ndarray
    labels: np.ndarray
