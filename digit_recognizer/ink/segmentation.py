"""Finds the digits of a line of writing, left to right.

Connected marks, and pieces of marks that are cut where digits may touch, are put together so that
a judge finds what comes out as digit-like as possible: the lattice of the segmentation literature
(Casey and Lecolinet 1996). Knows nothing about networks; the judge is a function.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from digit_recognizer.ink.marks import MARK_THRESHOLD, Mark, find_marks, grow
from digit_recognizer.ink.preprocessing import to_pixels_whole
from digit_recognizer.ink.seams import cut

Judge = Callable[[np.ndarray], np.ndarray]
"""Takes float32 (N, 28, 28) and returns the certainty, 0 to 1 (N,), that each is one digit."""

GRID_SIDE = 64
"""Cells on the shorter side of the ink: a gap of a twentieth of it is wider than a cell."""
ROOMY = 1.2
"""Width of a digit, in heights, that few digits exceed."""
STACKED = 0.1
"""Gap between rows, in heights of all ink, that the parts of one digit seldom have."""
NARROW = 0.7
"""Width, in heights, that two digits that touch exceed."""
TOO_WIDE = 1.4
"""Width, in heights, that one drawn digit in sixty exceeds, and most pairs that touch."""
CERTAIN_PIECE = 0.97
"""Where digits touch and all pieces are at least this certain, eight numbers in nine are right."""
CERTAIN = 0.9
"""A mark that the judge takes for one digit with this certainty is not cut."""
WIDEST = 2.0
"""Width, in usual heights, that no digit among others exceeds."""
MOST_ELEMENTS = 60
"""Marks and pieces of marks in a line; nobody writes as many digits in one."""
MOST_TOGETHER = 10
"""Number of elements into which a digit among others may have fallen."""

# Costs are negative logarithms of likelihoods; any near these serve as well.
LEAST_CERTAINTY = 0.02
CUT_COST = 1.0
GAP_COST = 5.0
"""For a gap within a digit, a height wide."""
WIDTH_COST = 2.0
"""For each height that a digit is wider than roomy."""
SMALL = 0.6
SMALL_COST = 10.0
"""For digits lower than this share of the usual height, for each height that they are lower."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


class Found(NamedTuple):
    """A digit of a line, as the network's input: float32 (28, 28) in [0, 1], ink 1.

    box: where it is in the ink. is_doubtful: whether it was cut out of a mark in which digits
    touch, and the judge is not quite certain.
    """

    pixels: np.ndarray
    box: Box
    is_doubtful: bool


class Element(NamedTuple):
    """A mark, or a piece of one: the rest is to its left when `is_cut_off`."""

    mark: Mark
    is_cut_off: bool = False


def may_be_several(ink: np.ndarray) -> bool:
    """Whether float32 (H, W) ink has a gap between columns or rows, or is wide: a cheap test."""
    is_ink = ink >= MARK_THRESHOLD
    inked_columns, inked_rows = is_ink.any(axis=0), is_ink.any(axis=1)
    height, width = _extent(inked_rows), _extent(inked_columns)
    is_stacked = height - inked_rows.sum() > STACKED * height
    return bool(inked_columns.sum() < width or width > ROOMY * height or is_stacked)


def may_touch(pixels: np.ndarray) -> bool:
    """Whether one digit, float32 (28, 28), is so wide that it may be two that touch."""
    is_ink = pixels >= MARK_THRESHOLD
    return _extent(is_ink.any(axis=0)) > TOO_WIDE * _extent(is_ink.any(axis=1))


def find_digits(ink: np.ndarray, judge: Judge) -> tuple[list[Found], float]:
    """Find the digits in a line of float32 (H, W) ink in [0, 1], left to right.

    Returns the digits and how unlikely they are, a negative logarithm; no digits when there are too
    many marks.
    """
    is_ink = ink >= MARK_THRESHOLD
    shorter = min(_extent(is_ink.any(axis=1)), _extent(is_ink.any(axis=0)))
    factor = max(1, -(-shorter // GRID_SIDE))
    marks = find_marks(ink, factor)
    if not 0 < len(marks) <= MOST_ELEMENTS:
        return [], np.inf
    height = _usual_height(marks)
    row = _Row(ink, factor, [Element(mark) for mark in marks], height)
    elements = _cut_touching(row, judge)
    if len(elements) > MOST_ELEMENTS:
        return [], np.inf
    return _likeliest(_Row(ink, factor, elements, height), judge)


def _extent(is_inked: np.ndarray) -> int:
    """Length from the first to the last true place of bool (N,)."""
    places = np.flatnonzero(is_inked)
    return int(places[-1] - places[0]) + 1 if len(places) else 0


def _usual_height(marks: list[Mark]) -> float:
    """The median height of marks, in cells, but for the low ones: tails and dots vary most."""
    heights = np.array([mark.height for mark in marks])
    return float(np.median(heights[heights >= SMALL * heights.max()]))


class _Row:
    """Elements from left to right, and their ink; `height` is the usual one, in cells."""

    def __init__(self, ink: np.ndarray, factor: int, elements: list[Element], height: float):
        self.elements = sorted(elements, key=lambda element: element.mark.left + element.mark.right)
        self.height = height
        self._ink = ink
        self._factor = factor
        self._owners = np.full(elements[0].mark.cells.shape, -1)
        for index, element in enumerate(self.elements):
            self._owners[element.mark.cells] = index

    def density(self) -> np.ndarray:
        """Mean ink of each cell."""
        return np.asarray(Image.fromarray(self._ink).reduce(self._factor))

    def box(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Top, left, bottom and right, in cells, of the elements from `start` to before `end`."""
        marks = [element.mark for element in self.elements[start:end]]
        return (
            min(mark.top for mark in marks),
            min(mark.left for mark in marks),
            max(mark.bottom for mark in marks),
            max(mark.right for mark in marks),
        )

    def pixel_box(self, start: int, end: int) -> Box:
        """The same box in pixels of the ink."""
        height, width = self._ink.shape
        top, left, bottom, right = (side * self._factor for side in self.box(start, end))
        return left, top, min(right, width), min(bottom, height)

    def is_compact(self, start: int, end: int) -> bool:
        """Whether the same elements are few and near enough to be one digit."""
        _, left, _, right = self.box(start, end)
        return end - start <= MOST_TOGETHER and right - left <= WIDEST * self.height

    def is_cut(self, start: int, end: int) -> bool:
        """Whether a cut runs through or beside the same elements."""
        return any(element.is_cut_off for element in self.elements[start : end + 1])

    def pixels(self, start: int, end: int) -> np.ndarray:
        """The same elements as the network's input, float32 (28, 28)."""
        top, left, bottom, right = self.box(start, end)
        # Antialiased edges lie in the cells around.
        rows = slice(max(0, top - 1), bottom + 1)
        columns = slice(max(0, left - 1), right + 1)
        owners = self._owners[rows, columns]
        own = (owners >= start) & (owners < end)
        own = grow(own) & (own | (owners < 0))
        mask = own.repeat(self._factor, axis=0).repeat(self._factor, axis=1)
        rows, columns = (
            slice(side.start * self._factor, side.stop * self._factor) for side in (rows, columns)
        )
        ink = self._ink[rows, columns]
        return to_pixels_whole(np.where(mask[: ink.shape[0], : ink.shape[1]], ink, np.float32(0)))


def _cut_touching(row: _Row, judge: Judge) -> list[Element]:
    """The elements, with those in pieces that may be several digits."""
    wide = [
        index
        for index, (mark, _) in enumerate(row.elements)
        if mark.width > NARROW * mark.height and mark.height > SMALL * row.height
    ]
    if not wide:
        return row.elements
    certainties = judge(np.stack([row.pixels(index, index + 1) for index in wide]))
    uncertain = {
        index for index, certainty in zip(wide, certainties, strict=True) if certainty < CERTAIN
    }
    if not uncertain:
        return row.elements
    density = row.density()
    elements = []
    for index, element in enumerate(row.elements):
        pieces = cut(element.mark, density) if index in uncertain else [element.mark]
        elements += [Element(piece, is_cut_off=place > 0) for place, piece in enumerate(pieces)]
    return elements


def cost_of_one(ink: np.ndarray, certainty: float) -> float:
    """How unlikely it is that all of float32 (H, W) ink is one digit, as `find_digits` counts.

    certainty: the judge's.
    """
    factor = max(1, -(-max(ink.shape) // GRID_SIDE))
    marks = find_marks(ink, factor)
    gaps = sum(
        _extent(inked) - int(inked.sum())
        for axis in (0, 1)
        for inked in [np.logical_or.reduce([mark.cells for mark in marks]).any(axis=axis)]
    )
    return GAP_COST * gaps / _usual_height(marks) - float(np.log(max(certainty, LEAST_CERTAINTY)))


def _likeliest(row: _Row, judge: Judge) -> tuple[list[Found], float]:
    """The cheapest way through the lattice of all groups of neighbours."""
    count = len(row.elements)
    groups = [
        (start, end)
        for end in range(1, count + 1)
        for start in range(end)
        if end - start in (1, count) or row.is_compact(start, end)
    ]
    pixels = [row.pixels(*group) for group in groups]
    certainties = judge(np.stack(pixels))
    ways: list[tuple[float, list[Found]]] = [(0.0, [])]
    best: tuple[float, list[Found]] = (np.inf, [])
    for (start, end), image, certainty in zip(groups, pixels, certainties, strict=True):
        cost, digits = ways[start]
        cost += _cost(row, start, end) - float(np.log(max(certainty, LEAST_CERTAINTY)))
        if cost < best[0]:
            is_doubtful = certainty < CERTAIN_PIECE and row.is_cut(start, end)
            best = cost, [*digits, Found(image, row.pixel_box(start, end), is_doubtful)]
        if start == end - 1:  # the last of the groups with this end
            ways.append(best)
            best = (np.inf, [])
    cost, digits = ways[-1]
    return digits, cost


def _cost(row: _Row, start: int, end: int) -> float:
    """The cost of taking these elements for one digit, by where they are."""
    top, left, bottom, right = row.box(start, end)
    height, width = (bottom - top) / row.height, (right - left) / row.height
    cost = CUT_COST * (start > 0 and row.elements[start].is_cut_off)
    cost += SMALL_COST * max(0.0, SMALL - height) + WIDTH_COST * max(0.0, width - ROOMY)
    for middle in range(start + 1, end):
        gap = row.box(middle, end)[1] - row.box(start, middle)[3]
        cost += GAP_COST * max(0, gap) / row.height
    return cost
