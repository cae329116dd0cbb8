import numpy as np
import pytest
from PIL import Image

from digit_recognizer.ink.frames import fill_outlines, inside_frame, without_rim
from digit_recognizer.ink.images import scan
from digit_recognizer.ink.strokes import render

SIZE = 160
INK = render(
    [np.array([[0.35, 0.2], [0.3, 0.5], [0.7, 0.45], [0.55, 0.85]], np.float32)], SIZE, 0.05
)


def ink_of(lightness: np.ndarray) -> np.ndarray:
    (ink,) = scan(np.rint(255 * lightness).astype(np.uint8)).inks
    return ink


def framed(thickness: int, distance: int = 4) -> np.ndarray:
    """INK in a square frame that is so thick and so far from the edge."""
    ink = np.zeros_like(INK)
    ink[distance:-distance, distance:-distance] = 1
    inner = distance + thickness
    ink[inner:-inner, inner:-inner] = INK[inner:-inner, inner:-inner]
    return ink


@pytest.mark.parametrize("thickness", [2, 8, 16])
def test_the_inside_of_a_frame_is_found(thickness):
    inside = inside_frame(framed(thickness))
    assert inside[INK > 0.3].mean() > 0.99
    assert not inside[: 4 + thickness // 2].any()


def test_writing_that_touches_its_frame_belongs_to_the_inside():
    ink = framed(8)
    ink[130:, 84:92] = 1
    inside = inside_frame(ink)
    assert inside[INK > 0.3].mean() > 0.99
    assert not inside[:8].any()


def test_a_bend_of_a_frame_is_no_writing():
    ink = framed(8)
    ink[4:9, 50:110] = 0
    ink[9:17, 46:114] = 1
    inside = inside_frame(ink)
    assert inside[INK > 0.3].mean() > 0.99
    assert not inside[:17, 54:102].any()


@pytest.mark.parametrize("slashed", [False, True])
def test_a_square_zero_is_no_frame(slashed):
    zero = np.zeros_like(INK)
    zero[20:140, 20:140] = 1
    zero[36:124, 36:124] = 0
    if slashed:
        zero[20:140, 20:140][np.abs(np.subtract(*np.indices((120, 120)))) < 5] = 1
    assert inside_frame(zero) is None


def test_digits_are_no_frames():
    assert inside_frame(INK) is None
    down, right = np.indices((SIZE, SIZE)) / SIZE - 0.5
    radius = np.hypot(down, right)
    ring = ((radius > 0.2) & (radius < 0.42)).astype(np.float32)
    ring[70:90, 70:90] = 1
    assert inside_frame(ring) is None


@pytest.mark.parametrize("angle", [0, 7])
def test_a_sheet_on_a_dark_table_is_cut_out(angle):
    sheet = Image.fromarray(np.rint(230 * (1 - 0.8 * INK)).astype(np.uint8))
    mask = Image.new("L", sheet.size, 255).rotate(angle, expand=True)
    table = Image.new("L", (280, 300), 50)
    table.paste(sheet.rotate(angle, expand=True), (50, 60), mask)
    found = ink_of(np.asarray(table) / 255)
    # Nothing of the table is left, and all of the writing.
    assert found.shape == (300, 280)
    assert found[:58].max() == found[:, :48].max() == 0
    assert found.sum() == pytest.approx(INK.sum(), rel=0.1)


def test_a_light_drawing_on_a_dark_square_on_a_page():
    page = np.ones((240, 320))
    page[40:200, 80:240] = 0.1 + 0.6 * INK
    found = ink_of(page)
    assert np.abs(found[40:200, 80:240] - INK).mean() < 0.02
    assert found[:, :70].max() == 0


def test_a_dark_rim_all_around_is_left_out():
    ink = INK.copy()
    ink[:8] = ink[-8:] = ink[:, :8] = ink[:, -8:] = 1
    assert np.abs(without_rim(ink) - INK).mean() < 0.001


def test_a_stroke_along_one_edge_is_no_rim():
    ink = INK.copy()
    ink[:10, 5:-5] = 1
    np.testing.assert_array_equal(without_rim(ink), ink)


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
