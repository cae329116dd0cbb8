"""Goes from a picture to an answer: opens it, finds the digits, asks the network.

Knows nothing about where pictures come from or how answers are shown.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.ink.decoding import WORKING_PIXELS
from digit_recognizer.ink.frames import fill_outlines
from digit_recognizer.ink.images import Scan, scan
from digit_recognizer.ink.lines import Line, Page
from digit_recognizer.ink.marks import box_of, keep_writing
from digit_recognizer.ink.preprocessing import to_pixels_whole
from digit_recognizer.ink.segmentation import (
    Found,
    cost_of_one,
    find_digits,
    may_be_several,
    may_touch,
)
from digit_recognizer.network.mlp import Mlp

if TYPE_CHECKING:
    from PIL import Image

LEAST_HEIGHT = 24
"""Height of digits in pixels of ink, below which a picture is scanned again with more pixels."""
GOOD_HEIGHT = 36
"""Height of digits that the second scan aims at."""
FINEST_PIXELS = 1_000_000
"""Pixels of ink that the second scan may have, to save time."""
CERTAIN = 0.9
"""Mean certainty of a reading from which on no other way to see a picture is tried."""

Lines = list[list["Prediction"]]


@dataclass(frozen=True, eq=False)
class Prediction:
    """The network's answer to one digit.

    digit: 0 to 9, the class of the largest probability.
    confidence: that probability, 0 to 1.
    probabilities: float32 (10,), sums to 1.
    pixels: float32 (28, 28) in [0, 1], ink 1: the network's input.
    is_digit: False when this is probably no digit.
    may_touch: True when several digits may touch here that could not be parted, or were parted in
        the wrong place; only `Recognizer.read` and `read_lines` look for that.
    box: left, top, right and bottom of the digit, in pixels of the picture as it is seen (turned
        as its camera says), or of the ink when ink was asked about.
    none: probability that this is no digit, 0 to 1; None for a network that does not know these.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    pixels: np.ndarray
    is_digit: bool = True
    may_touch: bool = False
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
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
        return replace(self._read_picture(picture)[2], may_touch=False)

    def read(self, picture: str | os.PathLike | Image.Image | np.ndarray) -> list[Prediction]:
        """Read all digits in a picture, line by line from left to right.

        Takes and raises what `predict` does. When there is only one digit, `predict` returns the
        same, but for `may_touch`.
        """
        return [digit for line in self.read_lines(picture) for digit in line]

    def read_lines(self, picture: str | os.PathLike | Image.Image | np.ndarray) -> Lines:
        """Read all digits in a picture: a list of lines, top to bottom, each from left to right.

        Takes and raises what `predict` does.
        """
        return self._read_picture(picture)[1]

    def scan(self, picture: str | os.PathLike | Image.Image | np.ndarray) -> Scan:
        """Find the ink of a picture, as fine as its digits need, to be read with `read_scan`.

        Takes and raises what `predict` does.
        """
        return self._read_picture(picture)[0]

    def read_scan(self, found: Scan) -> Lines:
        """Read a picture that is scanned already; boxes are in pixels of the picture."""
        return self._read_scan(found)[0]

    def predict_ink(self, ink: np.ndarray) -> Prediction:
        """Read the digit in `ink`, float32 (H, W) in [0, 1], ink 1. Raises EmptyDrawing."""
        return self._predict_writing(keep_writing(ink))

    def read_ink(self, ink: np.ndarray) -> list[Prediction]:
        """Read all digits in `ink`, line by line. Raises EmptyDrawing."""
        return [digit for line in self.read_ink_lines(ink) for digit in line]

    def read_ink_lines(self, ink: np.ndarray) -> Lines:
        """Read the lines in `ink`, as `read_lines` does; boxes are in pixels of the ink.

        Raises EmptyDrawing.
        """
        writing = keep_writing(ink)
        whole = self._predict_writing(writing)
        if whole.is_digit and not may_be_several(ink):
            return [[whole]]
        lines, cost = self._read_page(Page(ink))
        (certainty,) = self._certainties([whole])
        is_one = whole.is_digit and cost_of_one(writing, certainty) <= cost
        if is_one or not lines:
            return [[replace(whole, may_touch=may_touch(whole.pixels))]]
        if sum(map(len, lines)) > 1:
            return lines
        alone = lines[0][0]
        return [[alone if self._certainties([alone])[0] > certainty else whole]]

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
            none=float(1 - certainty / probabilities[digit]) if self.mlp.knows_non_digits else None,
        )

    def _read_picture(self, picture) -> tuple[Scan, Lines, Prediction]:
        """The scan that was read, its lines, and all of its ink taken for one digit."""
        found = scan(picture)
        lines, whole = self._read_scan(found)
        height = self._digits_height(lines) / found.scale
        if found.is_reduced and height < LEAST_HEIGHT:
            pixels = found.inks[0].size * (GOOD_HEIGHT / max(height, 1)) ** 2
            finer = scan(picture, round(min(max(pixels, WORKING_PIXELS), FINEST_PIXELS)))
            return finer, *self._read_scan(finer)
        return found, lines, whole

    def _read_scan(self, found: Scan) -> tuple[Lines, Prediction]:
        """The most certain reading of a picture, and all of its ink taken for one digit."""
        best: Lines = []
        best_score, best_way = -1.0, 0
        best_ink = found.inks[0]
        for way, ink in enumerate(found.inks):
            lines = self.read_ink_lines(ink)
            score = self._score(lines)
            if score > best_score:
                best, best_score, best_way, best_ink = lines, score, way, ink
        filled = fill_outlines(best_ink) if best_score < CERTAIN else None
        if filled is not None:
            lines = self.read_ink_lines(filled)
            if self._score(lines) > best_score:
                best, best_ink = lines, filled
        margin = found.margins[best_way]
        is_one = sum(map(len, best)) == 1
        whole = best[0][0] if is_one else self.predict_ink(best_ink)
        return _on_picture(best, found, margin), _on_picture([[whole]], found, margin)[0][0]

    def _score(self, lines: Lines) -> float:
        return float(np.mean(self._certainties([digit for line in lines for digit in line])))

    def _read_page(self, page: Page) -> tuple[Lines, float]:
        """The lines of a page, close ones joined where that helps, and how unlikely they are."""
        lines: Lines = []
        costs: list[float] = []
        last_first = 0
        for number in page.lines:
            digits, cost = self._read_line(page.cut_out(number, number))
            if number > 0 and page.stands_close(number - 1):
                joined, joint_cost = self._read_line(page.cut_out(last_first, number))
                if joined and joint_cost < costs[-1] + cost:
                    lines[-1], costs[-1] = joined, joint_cost
                    continue
            lines.append(digits)
            costs.append(cost)
            last_first = number
        return [line for line in lines if line], sum(costs)

    def _read_line(self, line: Line) -> tuple[list[Prediction], float]:
        digits, cost = find_digits(line.ink, lambda pixels: self.mlp.answer(pixels)[1])
        return [self._answer(found, line) for found in digits], cost

    def _predict_writing(self, writing: np.ndarray) -> Prediction:
        return replace(self.predict_pixels(to_pixels_whole(writing)), box=box_of(writing))

    def _answer(self, found: Found, line: Line) -> Prediction:
        left, top, right, bottom = found.box
        return replace(
            self.predict_pixels(found.pixels),
            may_touch=found.is_doubtful or may_touch(found.pixels),
            box=(left + line.left, top + line.top, right + line.left, bottom + line.top),
        )

    def _certainties(self, predictions: list[Prediction]) -> np.ndarray:
        return self.mlp.answer(np.stack([each.pixels for each in predictions]))[1]

    @staticmethod
    def _digits_height(lines: Lines) -> float:
        """Half of the digits are higher than this, in pixels of the picture."""
        return float(np.median([each.box[3] - each.box[1] for line in lines for each in line]))


def _on_picture(lines: Lines, found: Scan, margin: int) -> Lines:
    """The same lines with boxes in pixels of the picture and not of its ink with a margin."""
    scale, (width, height) = found.scale, found.size

    def place(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        left, top, right, bottom = (round((side - margin) * scale) for side in box)
        return max(0, left), max(0, top), min(right, width), min(bottom, height)

    return [[replace(digit, box=place(digit.box)) for digit in line] for line in lines]
