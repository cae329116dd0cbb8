import numpy as np

from digit_recognizer.ink.outlines import fill_outlines


def ring(outer: int, inner: int, size: int = 100) -> np.ndarray:
    """A round outline from radius `inner` to `outer` in the middle of a sheet."""
    down, right = np.indices((size, size)) - size / 2 + 0.5
    radius = np.hypot(down, right)
    return ((radius < outer) & (radius >= inner)).astype(np.float32)


def test_paper_in_an_outline_becomes_ink():
    np.testing.assert_array_equal(fill_outlines(ring(40, 37)), ring(40, 0))


def test_the_hole_of_an_outlined_zero_stays_paper():
    outlined = ring(40, 37) + ring(18, 15)
    np.testing.assert_array_equal(fill_outlines(outlined), ring(40, 15))


def test_without_enclosed_paper_there_is_nothing_to_fill():
    ink = ring(40, 37)
    ink[:, 45:55] = 0
    assert fill_outlines(ink) is None
    assert fill_outlines(np.zeros((20, 30), np.float32)) is None


def test_large_ink_is_filled_on_a_grid():
    filled = fill_outlines(ring(300, 280, size=700))
    assert filled.shape == (700, 700)
    assert np.abs(filled - ring(300, 0, size=700)).mean() < 0.01
