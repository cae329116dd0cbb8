import math

import numpy as np
import pytest

from digit_recognizer.errors import BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import (
    MAX_LENGTH,
    MAX_POINTS,
    MAX_STROKES,
    SHEET_SIZE,
    parse_strokes,
    render,
)


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, np.float32)


def test_json_becomes_an_array_a_stroke():
    strokes = parse_strokes([[[0.1, 0.2], [0.3, 0.4]], [[1, 0]]])
    assert [stroke.shape for stroke in strokes] == [(2, 2), (1, 2)]
    assert all(stroke.dtype == np.float32 for stroke in strokes)
    np.testing.assert_allclose(strokes[0], [[0.1, 0.2], [0.3, 0.4]], rtol=1e-6)


@pytest.mark.parametrize("value", [None, []])
def test_nothing_is_an_empty_drawing(value):
    assert parse_strokes(value) == []
    with pytest.raises(EmptyDrawing):
        render(parse_strokes(value))


def test_as_much_as_is_allowed_is_taken():
    assert len(parse_strokes([[[0, 0]]] * MAX_STROKES)) == MAX_STROKES
    assert len(parse_strokes([[[0, 0]] * MAX_POINTS])[0]) == MAX_POINTS
    there_and_back = [[[0, 0], [1, 0]] * (MAX_LENGTH // 2)]
    assert len(parse_strokes(there_and_back)[0]) == MAX_LENGTH


def test_the_way_of_a_lifted_pen_does_not_count():
    far_apart = [[[0, 0]], [[1, 1]]] * (MAX_STROKES // 2)
    assert len(parse_strokes(far_apart)) == MAX_STROKES


def test_points_far_off_the_sheet_are_clipped():
    np.testing.assert_array_equal(
        parse_strokes([[[-5, 0.5], [0.5, 999_999]]])[0], line((-1, 0.5), (0.5, 2))
    )


@pytest.mark.parametrize(
    "value",
    [
        {},
        "strokes",
        5,
        True,
        (((0, 0),),),
        [[[0, 0]]] * (MAX_STROKES + 1),
        [[[0, 0]] * (MAX_POINTS + 1)],
        [[[0, 0]] * (MAX_POINTS // 2)] * 3,
        [[[0, 0], [1, 0]] * MAX_LENGTH],
        [[[0, 0], [2, 0]]] * MAX_LENGTH,
        [[]],
        [{}],
        ["stroke"],
        [[0, 0]],
        [[[0]]],
        [[[0, 0, 0]]],
        [[["0", "0"]]],
        [[[None, 0]]],
        [[[math.nan, 0]]],
        [[[0, math.inf]]],
        [[[0, -math.inf]]],
        [[[1e300, 0]]],
        [[[10**400, 0]]],
    ],
    ids=lambda value: str(value)[:30],
)
def test_anything_else_is_refused(value):
    with pytest.raises(BadStrokes) as caught:
        parse_strokes(value)
    assert str(caught.value).endswith(".")


def test_ink_is_float32_between_0_and_1():
    ink = render([line((0.2, 0.2), (0.8, 0.8))])
    assert ink.shape == (SHEET_SIZE, SHEET_SIZE)
    assert ink.dtype == np.float32
    assert (ink.min(), ink.max()) == (0, 1)


def test_edges_are_antialiased():
    ink = render([line((0.2, 0.2), (0.8, 0.7))])
    assert ((ink > 0) & (ink < 1)).sum() > 100


def test_the_pen_has_the_width_that_is_asked_for():
    ink = render([line((0.5, 0.2), (0.5, 0.8))], size=200, pen_width=0.1)
    assert ink[100].sum() == pytest.approx(20, abs=1)
    columns = np.flatnonzero(ink[100])
    assert columns.mean() == pytest.approx(99.5, abs=1)


def test_a_single_point_is_a_round_dot():
    ink = render([line((0.5, 0.5))], size=200, pen_width=0.1)
    assert ink.sum() == pytest.approx(math.pi * 10**2, rel=0.1)
    np.testing.assert_allclose(ink, ink.T, atol=1e-6)


def test_a_line_has_round_ends():
    ink = render([line((0.25, 0.5), (0.75, 0.5))], size=200, pen_width=0.1)
    covered = np.flatnonzero(ink.any(axis=0))
    assert covered[0] == pytest.approx(40, abs=1)
    assert covered[-1] == pytest.approx(160, abs=1)
    assert 0 < ink[:, 42].sum() < 15


def test_a_sharp_turn_leaves_no_gap():
    whole = render([line((0.2, 0.8), (0.5, 0.2), (0.8, 0.8))])
    assert whole[round(0.2 * SHEET_SIZE), round(0.5 * SHEET_SIZE)] == 1


def test_strokes_that_cross_do_not_add_up():
    ink = render([line((0.2, 0.5), (0.8, 0.5)), line((0.5, 0.2), (0.5, 0.8))])
    assert ink.max() == 1


def test_what_lies_off_the_sheet_is_cut_off():
    assert render([line((-1, 0.5), (2, 0.5))])[SHEET_SIZE // 2].min() == 1
    assert not render([line((1.5, 1.5), (2, 2))]).any()


def test_the_sheet_has_x_to_the_right_and_y_downwards():
    ink = render([line((0.9, 0.1))])
    rows, columns = np.nonzero(ink)
    assert rows.max() < SHEET_SIZE / 2 < columns.min()


def test_a_larger_sheet_shows_the_same_drawing():
    strokes = [line((0.3, 0.2), (0.6, 0.4), (0.4, 0.8))]
    small, large = render(strokes, size=140), render(strokes, size=280)
    halved = large.reshape(140, 2, 140, 2).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 0.01
