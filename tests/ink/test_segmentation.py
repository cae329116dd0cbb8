"""Lines of digits come apart; single digits, however broken, do not."""

import numpy as np
import pytest

from digit_recognizer.ink.marks import MARK_THRESHOLD
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.segmentation import (
    Found,
    Judge,
    cost_of_one,
    find_digits,
    may_be_several,
    may_touch,
)
from digit_recognizer.ink.strokes import render

BOX = [[0, 0], [0.5, 0], [0.5, 1], [0, 1], [0, 0]]


def draw(*strokes, size: int = 200, pen_width: float = 0.03) -> np.ndarray:
    """Ink of strokes in units of the sheet's side."""
    return render([np.array(stroke, np.float32) for stroke in strokes], size, pen_width)


def boxes(lefts, width: float = 0.12, height: float = 0.3, top: float = 0.3) -> list:
    """An upright rectangle at each of some places."""
    return [[[left + x * 2 * width, top + y * height] for x, y in BOX] for left in lefts]


def digits_in(ink: np.ndarray, judge: Judge) -> list[Found]:
    return find_digits(ink, judge)[0]


def certain(pixels: np.ndarray) -> np.ndarray:
    """A judge to whom all is a digit."""
    return np.ones(len(pixels))


def taller(ratio: float):
    """A judge to whom what is `ratio` times as tall as wide is a digit, and nothing else."""

    def judge(pixels: np.ndarray) -> np.ndarray:
        inked = pixels >= MARK_THRESHOLD
        heights, widths = (inked.any(axis=axis).sum(axis=1) for axis in (2, 1))
        return np.where(heights > ratio * widths, 0.95, 0.001)

    return judge


def wide(pixels: np.ndarray) -> np.ndarray:
    """A judge to whom only what is about as wide as tall is a digit."""
    return 1 - taller(1.2)(pixels)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_digits_come_out_one_by_one_from_left_to_right(count):
    lefts = np.linspace(0.05, 0.8, count)
    # Each has a bar more than the one to its left.
    strokes = boxes(lefts, width=0.05)
    for index, left in enumerate(lefts):
        strokes += [
            [[left, 0.58 - 0.045 * n], [left + 0.05, 0.58 - 0.045 * n]] for n in range(index)
        ]
    digits = digits_in(draw(*reversed(strokes), size=400, pen_width=0.01), taller(1))
    assert len(digits) == count
    ink = [float(digit.pixels.sum()) for digit in digits]
    assert ink == sorted(ink)
    for pixels, _, is_doubtful in digits:
        assert not is_doubtful
        assert pixels.shape == (28, 28)
        assert pixels.dtype == np.float32
        assert 0 <= pixels.min() <= pixels.max() <= 1


def test_a_digit_among_others_looks_as_it_does_alone():
    strokes = boxes([0.2, 0.6])
    digits = digits_in(draw(*strokes), taller(1))
    for stroke, digit in zip(strokes, digits, strict=True):
        np.testing.assert_allclose(digit.pixels, to_pixels(draw(stroke)), atol=1e-6)


def test_parts_of_one_digit_are_put_together_again():
    digit = boxes([0.2], width=0.3)[0]
    broken = [digit[0:2], digit[2:4], [[0.35, 0.4], [0.45, 0.4]]]
    assert len(digits_in(draw(*broken), wide)) < 2


def test_a_small_mark_is_no_digit_of_its_own():
    bar = [[0.36, 0.3], [0.46, 0.3]]
    assert len(digits_in(draw(*boxes([0.2]), bar), certain)) < 2


def test_slanted_digits_whose_boxes_overlap_come_apart():
    ink = draw(*([[left + 0.2, 0.2], [left, 0.8]] for left in (0.2, 0.3, 0.4)))
    assert (ink >= MARK_THRESHOLD).any(axis=0)[45:115].all()
    assert len(digits_in(ink, taller(2.2))) == 3


def test_digits_that_touch_are_cut_where_the_judge_finds_it_better():
    touching = draw(*boxes([0.2, 0.44], 0.2), [[0.4, 0.45], [0.44, 0.45]], pen_width=0.02)
    assert len(digits_in(touching, taller(1))) == 2
    assert len(digits_in(touching, wide)) < 2


@pytest.mark.parametrize(("certainty", "is_doubtful"), [(0.96, True), (0.98, False)])
def test_pieces_of_a_cut_mark_are_doubtful_unless_the_judge_is_certain(certainty, is_doubtful):
    def judge(pixels):
        return np.where(taller(1)(pixels) > 0.5, certainty, 0.001)

    touching = draw(*boxes([0.2, 0.44], 0.2), [[0.4, 0.45], [0.44, 0.45]], pen_width=0.02)
    pieces = digits_in(touching, judge)
    assert [piece.is_doubtful for piece in pieces] == [is_doubtful] * 2
    apart = digits_in(draw(*boxes([0.2, 0.6])), judge)
    assert [digit.is_doubtful for digit in apart] == [False] * 2


def test_a_digit_as_wide_as_two_may_be_two():
    pixels = np.zeros((28, 28), np.float32)
    pixels[8:20, 5:20] = 1
    assert not may_touch(pixels)
    pixels[8:20, 5:23] = 1
    assert may_touch(pixels)
    assert not may_touch(np.zeros((28, 28), np.float32))


@pytest.mark.parametrize(
    "strokes",
    [
        [[[0.2, 0.5], [0.8, 0.5]]],  # a wide dash
        [[[0.5, 0.5]]],  # a dot
        [[[0.5, 0.1], [0.5, 0.9]]],
    ],
)
@pytest.mark.parametrize("judge", [certain, wide])
def test_one_mark_is_no_row(strokes, judge):
    assert len(digits_in(draw(*strokes), judge)) < 2


def test_a_digits_box_is_where_its_ink_is():
    left, right = digits_in(draw(*boxes([0.2, 0.6])), taller(1))
    for digit, start in ((left, 0.2), (right, 0.6)):
        expected = [200 * side for side in (start, 0.3, start + 0.12, 0.6)]
        assert digit.box == pytest.approx(expected, abs=6)


def test_doubtful_digits_and_gaps_cost():
    ink = draw(*boxes([0.2, 0.6]))
    _, sure = find_digits(ink, certain)
    _, doubtful = find_digits(ink, lambda pixels: np.full(len(pixels), 0.5))
    assert sure == pytest.approx(0)
    assert doubtful == pytest.approx(2 * np.log(2))
    near = draw(*boxes([0.2, 0.4]))
    assert cost_of_one(ink, 1) > cost_of_one(near, 1) > cost_of_one(draw(*boxes([0.2])), 1) == 0


def test_nothing_is_no_row():
    empty = np.zeros((40, 60), np.float32)
    assert digits_in(empty, certain) == []
    assert not may_be_several(empty)


@pytest.mark.parametrize("count", [100, 2000])
def test_a_sheet_full_of_dots_is_no_row_and_is_not_judged(count):
    places = np.random.default_rng(0).random((count, 1, 2))
    asked = []

    def judge(pixels):
        asked.append(len(pixels))
        return certain(pixels)

    assert len(digits_in(draw(*places, size=280, pen_width=0.005), judge)) < 2
    assert sum(asked) < 150


def test_the_cheap_test_sees_gaps_and_width():
    assert may_be_several(draw(*boxes([0.2, 0.6])))
    assert may_be_several(draw([[0.1, 0.5], [0.9, 0.5]]))
    assert not may_be_several(draw(*boxes([0.4])))
    above, below = boxes([0.4], top=0.1, height=0.2)[0], boxes([0.4], top=0.5, height=0.2)[0]
    assert may_be_several(draw(above, below))
