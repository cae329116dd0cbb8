import numpy as np
import pytest

from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.preprocessing import (
    SOFTNESS,
    STROKE_WIDTHS,
    stroke_width,
    to_pixels,
)
from digit_recognizer.ink.strokes import place_on_sheet, render


def bar(height: int, width: int, size: int = 100) -> np.ndarray:
    ink = np.zeros((size, size), np.float32)
    ink[10 : 10 + height, 20 : 20 + width] = 1
    return ink


def loop(size: float = 0.6, pen_width: float = 0.06) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([0.6 * np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    return render(place_on_sheet([ring], size, pen_width), 300, pen_width)


def test_shape_type_and_range():
    pixels = to_pixels(loop())
    assert pixels.shape == (28, 28)
    assert pixels.dtype == np.float32
    assert pixels.min() == 0
    assert 0.7 < pixels.max() <= 1


def test_the_box_is_20_pixels_on_its_longer_side():
    for ink in (bar(60, 40), bar(40, 60)):
        pixels = to_pixels(ink)
        # Soft edges add up to as much as hard ones would.
        assert max(pixels.max(axis=axis).sum() for axis in (0, 1)) == pytest.approx(20, abs=0.2)


def test_the_centre_of_mass_is_in_the_middle():
    ink = np.maximum(bar(60, 8), np.roll(bar(8, 40), 52, axis=0))
    pixels = to_pixels(ink)
    rows, columns = (pixels.sum(axis=axis) @ np.arange(28) / pixels.sum() for axis in (1, 0))
    assert abs(rows - 14) <= 0.5
    assert abs(columns - 14) <= 0.5


def test_place_and_size_of_the_ink_do_not_matter():
    expected = to_pixels(loop())
    moved = np.zeros((500, 420), np.float32)
    moved[150:450, 100:400] = loop()
    np.testing.assert_array_equal(to_pixels(moved), expected)
    small = to_pixels(loop(size=0.3, pen_width=0.03))
    assert np.abs(small - expected).mean() < 0.03


def test_mnist_comes_back_in_its_place_as_it_is_but_softer(mnist):
    reach = 1 - np.array([1 / SOFTNESS, 0, 1 / SOFTNESS])
    kernel = reach / SOFTNESS
    differences = []
    for index, image in enumerate(mnist.test_images[:200]):
        canvas = np.zeros((120, 150), np.float32)
        top, left = index % 90, (7 * index) % 120
        canvas[top : top + 28, left : left + 28] = image / np.float32(255)
        pixels = to_pixels(canvas)
        padded = np.pad(image / 255, 1)
        soft = sum(
            kernel[down] * kernel[right] * padded[down : down + 28, right : right + 28]
            for down in range(3)
            for right in range(3)
        )
        rows, columns = (
            (each.sum(axis=axis) @ np.arange(28) / each.sum() for each in (pixels, image / 255))
            for axis in (1, 0)
        )
        assert max(abs(np.subtract(*rows)), abs(np.subtract(*columns))) <= 0.6
        differences.append(np.abs(pixels - soft).mean())
    assert np.median(differences) < 0.025


def test_a_digit_whose_mass_is_at_one_end_is_not_cut_off():
    ink = bar(80, 8)
    ink[80:90, 20:60] = 1
    scale = 80 / 20
    assert to_pixels(ink).sum() == pytest.approx(ink.sum() / scale**2, rel=0.1)


@pytest.mark.parametrize("pen_width", [0.01, 0.02, 0.05, 0.12])
def test_pens_come_near_those_of_mnist(pen_width):
    width = stroke_width(to_pixels(loop(pen_width=pen_width)))
    assert STROKE_WIDTHS[0] - 0.4 < width < STROKE_WIDTHS[1] + 0.4


def test_stroke_width_of_a_bar():
    assert stroke_width(bar(80, 6)) == pytest.approx(6, rel=0.1)


def test_an_empty_sheet_is_an_error():
    with pytest.raises(EmptyDrawing):
        to_pixels(np.zeros((40, 40), np.float32))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 5)])
def test_extreme_shapes(shape):
    pixels = to_pixels(np.ones(shape, np.float32))
    assert pixels.shape == (28, 28)
    assert np.isfinite(pixels).all()
