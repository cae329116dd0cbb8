"""The connected marks in ink, and which of them belong to what was written.

Specks, frames, ruled lines and shadows at a picture's edge do not. Knows nothing about digits,
networks or files.
"""

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image

from digit_recognizer.ink.morphology import with_margin

MARK_THRESHOLD = 0.3
"""Ink from this on is part of a mark."""
GRID_SIZE = 72
"""Marks are told apart on a grid of at most this, its longer side in cells."""
MAX_MARKS = 100
"""Nobody writes as many; noise and hostile pictures have thousands."""
SPECK_SIZE = 0.12
SPECK_MASS = 0.03
"""A mark smaller than both these shares of the largest one's is a speck."""
SPAN = 0.9
"""Frames and ruled lines reach over this share of the picture."""
LINE_THICKNESS = 0.06
EDGE_DEPTH = 0.1
HAIRLINE = 0.15
"""Lines of less ink for their length than this share of another mark's: a one has a quarter."""


@dataclass(frozen=True, eq=False)
class Mark:
    """One connected mark: its cells on the grid, bool (H, W), and the ink in them."""

    cells: np.ndarray
    mass: float
    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, cells: np.ndarray, masses: np.ndarray) -> "Mark":
        """The mark of bool (H, W) cells, at least one of them; masses: the ink of each, (H, W)."""
        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        box = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
        return cls(cells, float(masses[cells].sum()), *map(int, box))

    @property
    def height(self) -> int:
        """Cells from its top to its bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Cells from its left to its right."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side of its box, in cells."""
        return max(self.height, self.width)


def keep_writing(ink: np.ndarray) -> np.ndarray:
    """`ink`, float32 (H, W) in [0, 1], without the marks that are not writing."""
    factor = max(1, -(-max(ink.shape) // GRID_SIZE))
    marks = find_marks(ink, factor)
    kept = _without_specks(_without_lines(marks))
    if len(kept) == len(marks):
        return ink
    cells = np.logical_or.reduce([mark.cells for mark in kept])
    # Antialiased edges lie below the threshold, in the cells around.
    cells = grow(cells) & ~np.logical_or.reduce([mark.cells for mark in marks if mark not in kept])
    mask = cells.repeat(factor, axis=0).repeat(factor, axis=1)
    return np.where(mask[: ink.shape[0], : ink.shape[1]], ink, np.float32(0))


def keep_row(marks: list[Mark]) -> list[Mark]:
    """The marks that are writing, where several digits may stand side by side.

    What would be a line or a shadow beside a single digit is kept when it stands in the row: a one.
    """
    writing = _without_lines(marks)
    if not writing:
        return []
    tallest = max(writing, key=lambda mark: mark.height)
    inkiest = max(mark.mass / mark.size for mark in writing)
    return _without_specks(
        [
            mark
            for mark in marks
            if (mark in writing or _is_beside(mark, tallest))
            and mark.mass / mark.size >= HAIRLINE * inkiest
        ]
    )


def _is_beside(mark: Mark, other: Mark) -> bool:
    """Whether a mark stands to one side of another and is about as tall."""
    shared = min(mark.bottom, other.bottom) - max(mark.top, other.top)
    is_apart = mark.right <= other.left or other.right <= mark.left
    return is_apart and 2 * shared >= max(mark.height, other.height)


def find_marks(ink: np.ndarray, factor: int = 1) -> list[Mark]:
    """The MAX_MARKS heaviest connected marks (diagonals connect) of float32 (H, W) ink, in order.

    factor: how many pixels of the ink a cell of the grid has on each side.
    """
    masses = np.asarray(Image.fromarray(ink).reduce(factor)) * factor**2
    peaks = _max_pool(ink, factor)
    labels = _label(peaks >= MARK_THRESHOLD)
    inked = labels >= 0
    sums = np.bincount(labels[inked], masses[inked])
    numbers = np.unique(labels[inked])
    heaviest = numbers[np.argsort(-sums[numbers], kind="stable")][:MAX_MARKS]
    return [Mark.of(labels == number, masses) for number in heaviest]


def _without_lines(marks: list[Mark]) -> list[Mark]:
    """Leave out frames, ruled lines and edge shadows, as long as something else is left."""
    kept = marks
    for mark in marks:
        others = [other for other in kept if other is not mark]
        if others and _is_line(mark, others):
            kept = others
    return kept


def _is_line(mark: Mark, others: list[Mark]) -> bool:
    rows, columns = mark.cells.shape
    picture = max(rows, columns)
    top, left = min(other.top for other in others), min(other.left for other in others)
    bottom, right = max(other.bottom for other in others), max(other.right for other in others)
    if max(other.size for other in others) < SPECK_SIZE * picture:
        return False
    thin = max(2, LINE_THICKNESS * picture)
    if mark.width >= SPAN * columns and mark.height <= thin:
        return mark.width >= 1.5 * (right - left)
    if mark.height >= SPAN * rows and mark.width <= thin:
        return mark.height >= 1.5 * (bottom - top)
    inside = mark.top < top and mark.left < left and mark.bottom > bottom and mark.right > right
    if inside and mark.width >= SPAN * columns * 0.7 and mark.height >= SPAN * rows * 0.7:
        return _is_hollow(mark, thin)
    hugs_side = mark.width <= thin and (mark.left == 0 or mark.right == columns)
    hugs_end = mark.height <= thin and (mark.top == 0 or mark.bottom == rows)
    if (hugs_side and mark.height >= SPAN * rows) or (hugs_end and mark.width >= SPAN * columns):
        return True
    depth = max(2, EDGE_DEPTH * picture)
    return (
        (mark.bottom <= depth and top - mark.bottom >= thin)
        or (mark.right <= depth and left - mark.right >= thin)
        or (mark.top >= rows - depth and mark.top - bottom >= thin)
        or (mark.left >= columns - depth and mark.left - right >= thin)
    )


def _is_hollow(mark: Mark, thin: float) -> bool:
    rim = round(thin)
    inner = mark.cells[mark.top + rim : mark.bottom - rim, mark.left + rim : mark.right - rim]
    return inner.sum() < 0.2 * mark.cells.sum()


def _without_specks(marks: list[Mark]) -> list[Mark]:
    if not marks:
        return marks
    largest = marks[0]
    return [
        mark
        for mark in marks
        if mark.size >= SPECK_SIZE * largest.size or mark.mass >= SPECK_MASS * largest.mass
    ]


def _label(mask: np.ndarray) -> np.ndarray:
    """A number for each connected part of bool (H, W), int (H, W); -1 outside.

    Every cell starts with its own number; numbers shrink along edges and along their own chains
    until nothing changes, which takes few rounds even for long, winding parts (Shiloach and
    Vishkin 1982).
    """
    height, width = mask.shape
    numbers = np.arange(mask.size).reshape(height, width)
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        first = (slice(0, height - down), slice(max(0, -right), width - max(0, right)))
        second = (slice(down, height), slice(max(0, right), width + min(0, right)))
        both = mask[first] & mask[second]
        pairs.append((numbers[first][both], numbers[second][both]))
    one, other = (np.concatenate(side) for side in zip(*pairs, strict=True))
    roots = numbers.ravel()
    while True:
        before = roots
        lower = np.minimum(roots[one], roots[other])
        roots = roots.copy()
        for side in (one, other):
            np.minimum.at(roots, before[side], lower)
            np.minimum.at(roots, side, lower)
        roots = roots[roots]
        if np.array_equal(roots, before):
            return np.where(mask, roots.reshape(height, width), -1)


def _max_pool(ink: np.ndarray, factor: int) -> np.ndarray:
    if factor == 1:
        return ink
    height, width = ink.shape
    if height % factor or width % factor:
        ink = np.pad(ink, ((0, -height % factor), (0, -width % factor)))
    rows = ink.reshape(-1, factor, ink.shape[1]).max(axis=1)
    return functools.reduce(np.maximum, (rows[:, right::factor] for right in range(factor)))


def grow(cells: np.ndarray) -> np.ndarray:
    """Bool (H, W) with the eight neighbours of each true cell added."""
    padded = with_margin(cells)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
