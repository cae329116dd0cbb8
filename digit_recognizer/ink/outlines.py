"""Fills digits that are drawn as outlines.

The paper within an outline belongs to the digit, but for what an inner outline encloses, as in a
zero. Knows nothing about networks: whether ink is an outline or a pen's stroke is for others to
judge.
"""

from __future__ import annotations

import numpy as np

from digit_recognizer.ink.marks import MARK_THRESHOLD, grow, label, pool, surroundings

OUTLINE_GRID = 144
"""Outlines are filled on a grid of at most this, its longer side in cells; a network's input has a
fifth of that."""


def fill_outlines(ink: np.ndarray) -> np.ndarray | None:
    """Fill the outlines in float32 (H, W) ink in [0, 1]; None when it encloses no paper."""
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
