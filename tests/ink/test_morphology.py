import numpy as np
import pytest

from digit_recognizer.ink.morphology import extreme_around, with_margin


@pytest.mark.parametrize("reach", [0, 1, 2, 3, 5, 8])
@pytest.mark.parametrize(("extreme", "whole"), [(np.minimum, np.min), (np.maximum, np.max)])
def test_every_place_gets_the_extreme_of_its_square(extreme, whole, reach):
    grid = np.random.default_rng(reach).random((13, 9))
    expected = np.empty_like(grid)
    for row, column in np.ndindex(grid.shape):
        top, left = max(0, row - reach), max(0, column - reach)
        expected[row, column] = whole(grid[top : row + reach + 1, left : column + reach + 1])
    np.testing.assert_array_equal(extreme_around(extreme, grid, reach), expected)


@pytest.mark.parametrize("dtype", [bool, np.float32])
def test_a_margin_is_zero_and_as_wide_as_asked(dtype):
    grid = np.ones((3, 2), dtype)
    np.testing.assert_array_equal(with_margin(grid, 4), np.pad(grid, 4))
    assert with_margin(grid).dtype == dtype
