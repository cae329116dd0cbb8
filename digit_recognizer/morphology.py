"""Grey erosion and dilation with a square; knows nothing about what they are for."""

import numpy as np


def extreme_around(extreme: np.ufunc, grid: np.ndarray, reach: int) -> np.ndarray:
    """The least or greatest value near each place.

    extreme: np.minimum (erosion) or np.maximum (dilation). grid: (H, W). reach: half the side of
    the square around a place, without the place. Returns (H, W). The windows double in length
    until two of them cover the whole, so a large reach costs little more than a small one.
    """
    length = 2 * reach + 1
    for _ in range(2):
        window = np.pad(grid, ((reach, reach), (0, 0)), mode="edge")
        covered = 1
        while covered < length:
            step = min(covered, length - covered)
            window = extreme(window[:-step], window[step:])
            covered += step
        grid = window.T
    return grid
