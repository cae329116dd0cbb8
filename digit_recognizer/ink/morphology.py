"""Grey erosion and dilation with a square, and margins; knows nothing about their uses.

Grids are small, and `np.pad` takes longer than the arithmetic on them.
"""

import numpy as np


def extreme_around(extreme: np.ufunc, grid: np.ndarray, reach: int) -> np.ndarray:
    """Find the least or greatest value near each place.

    extreme: np.minimum (erosion) or np.maximum (dilation). grid: (H, W). reach: half the side of
    the square around a place, without the place. Returns (H, W). The windows double in length
    until two of them cover the whole, so a large reach costs little more than a small one.
    """
    length = 2 * reach + 1
    for _ in range(2):
        above, below = grid[:1].repeat(reach, axis=0), grid[-1:].repeat(reach, axis=0)
        window = np.concatenate([above, grid, below])
        covered = 1
        while covered < length:
            step = min(covered, length - covered)
            window = extreme(window[:-step], window[step:])
            covered += step
        grid = window.T
    return grid


def with_margin(grid: np.ndarray, width: int = 1) -> np.ndarray:
    """Put `width` zeros on each side of (H, W)."""
    height, length = grid.shape
    wide = np.zeros((height + 2 * width, length + 2 * width), grid.dtype)
    wide[width:-width, width:-width] = grid
    return wide
