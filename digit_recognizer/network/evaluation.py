"""Tests a network on digits with known labels: accuracy, confusions, mistakes.

Knows nothing about Keras, processes or pages.
"""

from dataclasses import dataclass

import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.network.mlp import Mlp

MOST_OF_A_GUESS = 2 / NUM_CLASSES
"""Accuracy up to which a network hardly does better than one that always says the same digit; any
value near this serves, since one that has learnt anything reads most digits right."""
MISTAKES_A_CELL = 24
"""Number of mistakes that are kept of each confusion, the surest: poor networks make thousands."""


@dataclass(frozen=True, eq=False)
class Mistake:
    """A misread digit: uint8 (28, 28), ink 255; its label, the answer, the confidence (0 to 1)."""

    image: np.ndarray
    label: int
    digit: int
    confidence: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The outcome of a test.

    confusion: int (10, 10), the number of digits of the row's class that were read as the column's.
    mistakes: misread digits, the surest first, at most MISTAKES_A_CELL of each confusion.
    """

    confusion: np.ndarray
    mistakes: tuple[Mistake, ...]

    @property
    def accuracy(self) -> float:
        """Share (0 to 1) of the digits that was read right."""
        return float(np.trace(self.confusion) / self.count)

    @property
    def is_guess(self) -> bool:
        """Whether the network hardly does better than guessing."""
        return self.accuracy <= MOST_OF_A_GUESS

    @property
    def count(self) -> int:
        """Number of digits in the test."""
        return int(self.confusion.sum())


def evaluate(mlp: Mlp, images: np.ndarray, labels: np.ndarray) -> Evaluation:
    """Test a network on uint8 (N, 28, 28) images, ink 255, with integer labels (N,), 0 to 9."""
    probabilities = mlp.probabilities(images / np.float32(255))
    digits = probabilities.argmax(axis=1)
    confusion = np.zeros((NUM_CLASSES, NUM_CLASSES), int)
    np.add.at(confusion, (labels, digits), 1)
    wrong = np.flatnonzero(digits != labels)
    surest = wrong[np.argsort(-probabilities[wrong, digits[wrong]], kind="stable")]
    kept = np.zeros_like(confusion)
    mistakes = []
    for index in surest:
        cell = int(labels[index]), int(digits[index])
        kept[cell] += 1
        if kept[cell] <= MISTAKES_A_CELL:
            confidence = float(probabilities[index, digits[index]])
            mistakes.append(Mistake(images[index], *cell, confidence))
    return Evaluation(confusion, tuple(mistakes))
