"""Finds the picture within a picture: a sheet on a table, a framed drawing, a plot between axes.

Whatever fills or draws a large rectangle is no digit, but may hold one. The outline of a digit, on
the other hand, is filled. Knows nothing about files, colours or networks.
"""

from __future__ import annotations

import numpy as np

from digit_recognizer.ink.marks import (
    MARK_THRESHOLD,
    Mark,
    find_marks,
    grow,
    label,
    pool,
    surroundings,
)

FRAME_GRID = 72
"""Frames are looked for on a grid of at most this, its longer side in cells."""
LEAST_SIDE = 0.4
"""A frame's sides are at least this share of the picture's."""
CORNER_REACH = 0.2
"""How far a frame may stay away from a corner of its box, down and to the side together, in heights
and widths of the box; an ellipse stays away by 0.29."""
HOLLOW = 0.3
"""Share of its box that the inside of a drawn frame covers at least."""
SOLID = 0.6
"""Share of its box that a sheet covers at least, apart from what is written on it."""
LEAST_CONTENT = 0.2
"""Height or width of what a frame holds, as a share of the inside: smaller marks are specks."""
MOST_CONTACT = 1 / 3
"""Share of the cells of writing that may touch its frame: of a frame's bend more do."""
OUTLINE_GRID = 144
"""Outlines are filled on a grid of at most this, its longer side in cells; a network's input has a
fifth of that."""
MOST_BORDER = 0.15
"""Share of the picture that a dark border may take at each side."""


def inside_frame(ink: np.ndarray) -> np.ndarray | None:
    """Find the inside of the innermost frame in float32 (H, W) ink, which holds other marks.

    Returns bool (H, W), or None when there is no frame.
    """
    factor = -(-max(ink.shape) // FRAME_GRID)
    marks = find_marks(ink, factor)
    found = None
    for mark in marks:
        if _is_rectangle(mark):
            inside = _inside(mark, [other for other in marks if other is not mark])
            if inside is not None and (found is None or inside.sum() < found.sum()):
                found = inside
    if found is None:
        return None
    mask = found.repeat(factor, axis=0).repeat(factor, axis=1)
    return mask[: ink.shape[0], : ink.shape[1]]


def holds_writing(ink: np.ndarray, inside: np.ndarray) -> bool:
    """Whether the ink in the bool (H, W) inside of a frame is large enough to be writing."""
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    marks = find_marks(ink, -(-max(ink.shape) // FRAME_GRID))
    factor = -(-max(ink.shape) // FRAME_GRID)
    return any(
        factor * mark.height >= LEAST_CONTENT * height
        or factor * mark.width >= LEAST_CONTENT * width
        for mark in marks
    )


def without_rim(ink: np.ndarray) -> np.ndarray:
    """Clear the dark rims of float32 (H, W) ink that scanners leave on three sides or four."""
    cleared = ink.copy()
    sides = 0
    for view in (cleared, cleared[::-1], cleared.T, cleared.T[::-1]):
        most = round(MOST_BORDER * len(view))
        rim = int(np.argmin((view[: most + 1] > 0.5).mean(axis=1) > 0.7))
        if 0 < rim <= most:
            view[: rim + 1] = 0
            sides += 1
    return cleared if sides >= 3 else ink  # a tightly cropped digit may fill an edge or two


def _is_rectangle(mark: Mark) -> bool:
    rows, columns = mark.cells.shape
    if mark.height < LEAST_SIDE * rows or mark.width < LEAST_SIDE * columns:
        return False
    down, right = np.nonzero(mark.cells[mark.top : mark.bottom, mark.left : mark.right])
    down, right = down / max(1, mark.height - 1), right / max(1, mark.width - 1)
    distances = (down + right, down + 1 - right, 1 - down + right, 2 - down - right)
    return all(distance.min() <= CORNER_REACH for distance in distances)


def _inside(mark: Mark, others: list[Mark]) -> np.ndarray | None:
    """The cells inside a rectangle, bool (H, W): a hole with marks in it, or all of a sheet."""
    filled = ~surroundings(mark.cells)
    hole = filled & ~mark.cells
    area = mark.height * mark.width
    if hole.sum() >= HOLLOW * area and _is_connected(hole):
        # What is written may touch the frame: it has the hole on both sides.
        written = mark.cells & (
            (_seen(hole) & _seen(hole[::-1])[::-1])
            | (_seen(hole.T) & _seen(hole[:, ::-1].T)[::-1]).T
        )
        written = _without_bends(written, mark.cells & ~written)
        if written.any() or any((hole & other.cells).any() for other in others):
            return hole | written
    if mark.cells.sum() >= SOLID * area:
        inside = ~grow(~filled)
        edges = np.ones_like(inside)
        edges[1:-1, 1:-1] = False
        inside &= ~edges  # cells at the picture's edge are partly of what lies around the sheet
        return inside if inside.any() else None
    return None


def _without_bends(written: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """Leave out the parts of bool (H, W) `written` that are the frame's own bends.

    frame: its other cells. Writing touches them with the ends of its strokes.
    """
    if not written.any():
        return written
    parts = label(written)
    sizes = np.bincount(parts[written])
    contacts = np.bincount(parts[written & grow(frame)], minlength=len(sizes))
    return written & (contacts <= MOST_CONTACT * sizes)[parts]


def _seen(cells: np.ndarray) -> np.ndarray:
    """Where there are cells of bool (H, W) above."""
    return np.maximum.accumulate(cells, axis=0)


def _is_connected(cells: np.ndarray) -> bool:
    """Whether bool (H, W) cells, at least one, are nearly all in one piece."""
    labels = label(cells, diagonals=False)
    return np.bincount(labels[cells]).max() >= 0.9 * cells.sum()


def fill_outlines(ink: np.ndarray) -> np.ndarray | None:
    """Fill the outlines in float32 (H, W) ink in [0, 1]; None when it encloses no paper.

    Paper that an inner outline encloses, as in a zero, stays paper. Whether ink is an outline or a
    pen's stroke is for others to judge.
    """
    factor = -(-max(ink.shape) // OUTLINE_GRID)
    is_ink = pool(ink, factor) >= MARK_THRESHOLD
    around = surroundings(is_ink)
    enclosed = ~is_ink & ~around
    if not enclosed.any():
        return None
    marks = label(is_ink)
    outer = np.isin(marks, np.unique(marks[grow(around) & is_ink])) & is_ink
    holes = label(enclosed, diagonals=False)
    filled = np.isin(holes, np.unique(holes[grow(outer) & enclosed])) & enclosed
    mask = filled.repeat(factor, axis=0).repeat(factor, axis=1)
    return np.maximum(ink, mask[: ink.shape[0], : ink.shape[1]])
