"""Finds the connected marks in ink and tells writing from clutter.

Clutter is specks, frames, ruled lines and shadows at a picture's edge. Knows nothing about digits,
networks or files.
"""

import functools
from dataclasses import dataclass

import numpy as np
from PIL import Image

from digit_recognizer.ink.morphology import with_margin

MARK_THRESHOLD = 0.3
"""Least ink that is part of a mark; any value near this serves."""
GRID_SIZE = 72
"""Cells on the longer side of the grid on which marks are told apart, at most."""
MAX_MARKS = 100
"""Number of marks that are kept; nobody writes as many, and noise has thousands."""
SPECK_SIZE = 0.12
SPECK_MASS = 0.03
"""Shares of the largest mark's size and mass; a mark below both is a speck, a five's bar is not."""
SPAN = 0.9
"""Share of the picture that ruled lines span, and frames seven tenths of it."""
LINE_THICKNESS = 0.06
"""Greatest thickness of lines, as a share of the picture: pens are mostly thinner than that."""
EDGE_DEPTH = 0.1
"""Share of the picture along its edges where shadows and scanned rims lie."""
TIMES_LONGER = 1.5
"""How much longer than all else a line is; a one as long as its picture is not."""
HOLLOW = 0.2
"""Share of a frame's cells that may lie inside its rim."""
HAIRLINE = 0.15
"""Lines have less ink for their length than this share of another mark's; a one has a quarter."""
THIN = 0.25
"""A text cursor's line is thinner than this share of the pen of the digits beside it."""
TALL = 0.6
"""Share of the tallest digit's height that a text cursor has at least."""


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
    """Clear the marks that are not writing from float32 (H, W) ink in [0, 1]."""
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


def box_of(ink: np.ndarray) -> tuple[int, int, int, int]:
    """Find left, top, right and bottom of all float32 (H, W) ink; zeros when there is none."""
    is_ink = ink >= MARK_THRESHOLD
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def keep_row(marks: list[Mark]) -> list[Mark]:
    """Select the marks that are writing, where several digits may stand side by side.

    Marks that would be lines or shadows beside a single digit are kept when they stand in the row:
    they are ones.
    """
    writing = _without_lines(marks)
    if not writing:
        return []
    tallest = max(writing, key=lambda mark: mark.height)
    inkiest = max(mark.mass / mark.size for mark in writing)
    thickest = max(map(_stroke_width, writing))
    return _without_specks(
        [
            mark
            for mark in marks
            if (mark in writing or _is_beside(mark, tallest))
            and mark.mass / mark.size >= HAIRLINE * inkiest
            and (mark.height < TALL * tallest.height or _stroke_width(mark) >= THIN * thickest)
        ]
    )


def _stroke_width(mark: Mark) -> float:
    """The mean width of a mark's strokes, in cells: twice its area for its outline."""
    cells = with_margin(mark.cells[mark.top : mark.bottom, mark.left : mark.right])
    outline = sum(np.count_nonzero(np.diff(cells, axis=axis)) for axis in (0, 1))
    return 2 * np.count_nonzero(cells) / outline


def _is_beside(mark: Mark, other: Mark) -> bool:
    """Whether a mark stands to one side of another and is about as tall."""
    shared = min(mark.bottom, other.bottom) - max(mark.top, other.top)
    is_apart = mark.right <= other.left or other.right <= mark.left
    return is_apart and 2 * shared >= max(mark.height, other.height)


def find_marks(ink: np.ndarray, factor: int = 1) -> list[Mark]:
    """Find the MAX_MARKS heaviest connected marks of float32 (H, W) ink, heaviest first.

    factor: pixels of ink on each side of a cell of the grid. Diagonals connect.
    """
    masses = np.asarray(Image.fromarray(ink).reduce(factor)) * factor**2
    peaks = pool(ink, factor)
    labels = label(peaks >= MARK_THRESHOLD)
    inked = labels >= 0
    sums = np.bincount(labels[inked], masses[inked])
    numbers = np.unique(labels[inked])
    heaviest = numbers[np.argsort(-sums[numbers], kind="stable")][:MAX_MARKS]
    return [Mark.of(labels == number, masses) for number in heaviest]


def _without_lines(marks: list[Mark]) -> list[Mark]:
    """Leave out edge shadows, frames and ruled lines, as long as something else is left."""
    kept = _without_edges(marks)
    for mark in kept:
        others = [other for other in kept if other is not mark]
        if others and _is_line(mark, others):
            kept = others
    return kept


def _without_edges(marks: list[Mark]) -> list[Mark]:
    """Leave out marks along the picture's edges that are far from all others."""
    inner = [mark for mark in marks if not _hugs_edge(mark)]
    if not inner or max(mark.size for mark in inner) < SPECK_SIZE * max(inner[0].cells.shape):
        return marks
    top, left = min(mark.top for mark in inner), min(mark.left for mark in inner)
    bottom, right = max(mark.bottom for mark in inner), max(mark.right for mark in inner)
    thin = _thickness(inner[0])
    return [
        mark
        for mark in marks
        if mark in inner
        or max(top - mark.bottom, left - mark.right, mark.top - bottom, mark.left - right) < thin
    ]


def _hugs_edge(mark: Mark) -> bool:
    rows, columns = mark.cells.shape
    depth = max(2, EDGE_DEPTH * max(rows, columns))
    return (
        mark.bottom <= depth
        or mark.right <= depth
        or mark.top >= rows - depth
        or mark.left >= columns - depth
    )


def _thickness(mark: Mark) -> float:
    """The greatest thickness of lines on a mark's grid, in cells."""
    return max(2, LINE_THICKNESS * max(mark.cells.shape))


def _is_line(mark: Mark, others: list[Mark]) -> bool:
    rows, columns = mark.cells.shape
    picture = max(rows, columns)
    top, left = min(other.top for other in others), min(other.left for other in others)
    bottom, right = max(other.bottom for other in others), max(other.right for other in others)
    if max(other.size for other in others) < SPECK_SIZE * picture:
        return False
    thin = _thickness(mark)
    hugs_side = mark.width <= thin and (mark.left == 0 or mark.right == columns)
    hugs_end = mark.height <= thin and (mark.top == 0 or mark.bottom == rows)
    if (hugs_side and mark.height >= SPAN * rows) or (hugs_end and mark.width >= SPAN * columns):
        return True
    if mark.width >= SPAN * columns and mark.height <= thin:
        return mark.width >= TIMES_LONGER * (right - left)
    if mark.height >= SPAN * rows and mark.width <= thin:
        return mark.height >= TIMES_LONGER * (bottom - top)
    inside = mark.top < top and mark.left < left and mark.bottom > bottom and mark.right > right
    if inside and mark.width >= SPAN * columns * 0.7 and mark.height >= SPAN * rows * 0.7:
        return _is_hollow(mark, thin)
    return False


def _is_hollow(mark: Mark, thin: float) -> bool:
    rim = round(thin)
    inner = mark.cells[mark.top + rim : mark.bottom - rim, mark.left + rim : mark.right - rim]
    return inner.sum() < HOLLOW * mark.cells.sum()


def _without_specks(marks: list[Mark]) -> list[Mark]:
    if not marks:
        return marks
    largest = marks[0]
    return [
        mark
        for mark in marks
        if mark.size >= SPECK_SIZE * largest.size or mark.mass >= SPECK_MASS * largest.mass
    ]


def label(mask: np.ndarray, diagonals: bool = True) -> np.ndarray:
    """Number the connected parts of bool (H, W): int (H, W), -1 outside.

    diagonals: whether they connect; in ink they do, so in the paper around it they do not.

    Every cell starts with its own number; numbers shrink along edges and along their own chains
    until nothing changes, which takes few rounds even for long, winding parts (Shiloach and
    Vishkin 1982).
    """
    height, width = mask.shape
    numbers = np.arange(mask.size).reshape(height, width)
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1))[: 4 if diagonals else 2]:
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


def surroundings(cells: np.ndarray) -> np.ndarray:
    """Find the paper around bool (H, W) cells of ink, without the paper that they enclose; bool."""
    labels = label(~with_margin(cells), diagonals=False)
    return labels[1:-1, 1:-1] == labels[0, 0]


def pool(ink: np.ndarray, factor: int) -> np.ndarray:
    """The darkest of each `factor` times `factor` pixels of (H, W) ink."""
    if factor == 1:
        return ink
    height, width = ink.shape
    if height % factor or width % factor:
        ink = np.pad(ink, ((0, -height % factor), (0, -width % factor)))
    rows = ink.reshape(-1, factor, ink.shape[1]).max(axis=1)
    return functools.reduce(np.maximum, (rows[:, right::factor] for right in range(factor)))


def grow(cells: np.ndarray) -> np.ndarray:
    """Add the eight neighbours of each true cell to bool (H, W)."""
    padded = with_margin(cells)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
