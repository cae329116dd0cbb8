"""A visitor's teaching: the tray, and the effect of the last fine-tuning.

Knows nothing about workers or HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.tray import Correction, Tray


@dataclass(frozen=True, eq=False)
class Taught:
    """A finished fine-tuning.

    former and network: the networks before and after. said: the digit that the former network read
    in each drawing, by the drawing's number in the tray. before and after: share (0 to 1) of the
    `count` digits of the test set that was read right. note: a sentence if these are not MNIST's.
    """

    former: Network
    network: Network
    said: Mapping[int, int]
    before: float
    after: float
    count: int
    seconds: float
    note: str = ""


@dataclass(frozen=True)
class Status:
    """Plain sentences about the last step; `share` (0 to 1) of a fine-tuning is done."""

    headline: str
    detail: str = ""
    share: float | None = None


class Teaching:
    """One visitor's tray and fine-tunings."""

    def __init__(self):
        self.tray = Tray()
        self.status: Status | None = None
        self.taught: Taught | None = None

    def forget_unless(self, network: Network) -> None:
        """Forget the last fine-tuning when a different network answers."""
        if self.taught is not None and self.taught.network is not network:
            self.taught, self.status = None, None


def read_corrections(mlp: Mlp, corrections: Sequence[Correction]) -> dict[int, int]:
    """The digit that a network reads in each drawing, by the drawing's number."""
    if not corrections:
        return {}
    read = mlp.logits(np.stack([each.pixels for each in corrections])).argmax(axis=1)
    return {each.number: int(digit) for each, digit in zip(corrections, read, strict=True)}
