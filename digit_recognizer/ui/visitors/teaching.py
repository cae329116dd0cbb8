"""What a visitor has taught: the tray, the lesson that goes on, and what the last one has changed.

Knows nothing about workers and about how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digit_recognizer.ui.visitors.tray import Correction, Tray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digit_recognizer.network.mlp import Mlp
    from digit_recognizer.ui.visitors.visitors import Network


@dataclass(frozen=True, eq=False)
class Taught:
    """A lesson that was learnt.

    former and network: who answered before and after. said: what the former one said to each
    drawing, by its number in the tray. before and after: share (0 to 1) of the `count` digits of
    the test set that was read right. note: a sentence when these are not MNIST's.
    """

    former: Network
    network: Network
    said: Mapping[int, int]
    before: float
    after: float
    count: int
    seconds: float
    note: str = ""


class Teaching:
    """One visitor's tray and lessons."""

    def __init__(self):
        self.tray = Tray()
        self.status = ""
        """HTML: how far the lesson is, or what came of the last step."""
        self.learning = False
        """Whether a lesson waits or goes on."""
        self.taught: Taught | None = None

    def forget_unless(self, network: Network) -> None:
        """Another network may answer than the one taught last: then there is nothing to undo."""
        if self.taught is not None and self.taught.network is not network:
            self.taught, self.status = None, ""


def read_corrections(mlp: Mlp, corrections: Sequence[Correction]) -> dict[int, int]:
    """The digit that a network reads in each drawing, by the drawing's number."""
    if not corrections:
        return {}
    read = mlp.logits(np.stack([each.pixels for each in corrections])).argmax(axis=1)
    return {each.number: int(digit) for each, digit in zip(corrections, read, strict=True)}
