"""Cuts a mark in pieces along paths from top to bottom that cross little ink.

The paths may slant, as handwriting does. Knows nothing about digits; others judge the pieces.
"""

import numpy as np

from digit_recognizer.ink.marks import Mark

MOST_CUTS = 6
"""Cuts of one mark: seven digits that touch are rare."""
LATERAL_COST = 0.05
"""Cost of a step to the side, in cells of ink: the straight one of equal paths is cheapest."""
MOST_INK = 0.35
"""Ink that a path may cross, in heights of the mark: more would cut through a digit."""
LEAST_WIDTH = 0.12
"""Least width of a piece, in heights of the mark: the stroke of a one."""


def cut(mark: Mark, density: np.ndarray) -> list[Mark]:
    """Cut `mark` in pieces from left to right; one piece when there is no good place for a cut.

    density: the ink of the grid's cells, float32 (H, W) in [0, 1].
    """
    box = slice(mark.top, mark.bottom), slice(mark.left, mark.right)
    ink = np.where(mark.cells[box], density[box], np.float32(0))
    pieces = np.zeros(ink.shape, int)
    for path in _seams(ink):
        pieces += np.arange(mark.width) >= path[:, None]
    marks = []
    for number in np.unique(pieces[mark.cells[box]]):
        cells = np.zeros_like(mark.cells)
        cells[box] = mark.cells[box] & (pieces == number)
        marks.append(Mark.of(cells, density))
    return marks


def _seams(ink: np.ndarray) -> list[np.ndarray]:
    """For each cut the column, int (H,), at which the right piece of (H, W) ink begins."""
    height, width = ink.shape
    middle = height // 2
    above, steps_above = _cheapest_paths(ink[: middle + 1])
    below, steps_below = _cheapest_paths(ink[middle:][::-1])
    costs = above + below - ink[middle]
    apart = max(2, round(LEAST_WIDTH * height))
    chosen: list[int] = []
    for column in map(int, np.argsort(costs, kind="stable")):
        if costs[column] > MOST_INK * height or len(chosen) == MOST_CUTS:
            break
        if all(abs(column - other) >= apart for other in (0, width, *chosen)):
            chosen.append(column)
    return [
        np.array(_walk(steps_above, column)[::-1] + _walk(steps_below, column)[1:])
        for column in chosen
    ]


def _cheapest_paths(ink: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The ink on the cheapest path from the first row to each place in the last, float32 (W,).

    With it, for each row but the first, the step that led to each place: -1, 0 or 1 columns.
    """
    costs, steps = ink[0], []
    for row in ink[1:]:
        padded = np.pad(costs, 1, constant_values=np.inf)
        ways = np.stack([padded[:-2] + LATERAL_COST, padded[1:-1], padded[2:] + LATERAL_COST])
        steps.append(1 - ways.argmin(axis=0))
        costs = ways.min(axis=0) + row
    return costs, steps


def _walk(steps: list[np.ndarray], column: int) -> list[int]:
    """The columns of a path, from its last row back to the first."""
    path = [column]
    for step in reversed(steps):
        path.append(path[-1] - int(step[path[-1]]))
    return path
