import numpy as np
import pytest

from digit_recognizer import EmptyDrawing, Recognizer
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.stages import STAGES, TUTORIAL_THRESHOLD, stages
from digit_recognizer.ink.strokes import render


@pytest.fixture(scope="module")
def ink():
    """A small seven in a corner of the sheet."""
    stroke = np.array([(0.1, 0.1), (0.3, 0.1), (0.18, 0.4)], np.float32)
    return render([stroke])


def test_there_is_a_picture_for_each_stage(ink):
    found = stages(ink)
    assert tuple(found) == STAGES
    for pixels in found.values():
        assert pixels.shape == (28, 28)
        assert pixels.dtype == np.float32
        assert pixels.min() >= 0
        assert pixels.max() <= 1


def test_the_tutorials_way_takes_paper_for_ink_and_inverting_mends_that(ink):
    found = stages(ink)
    assert found["resized"].mean() > 0.9
    assert found["inverted"].mean() < 0.1
    assert found["resized"][20, 20] == 1
    assert found["inverted"][20, 20] == 0
    for name in ("resized", "inverted"):
        visible = found[name][found[name] > 0]
        assert visible.min() > TUTORIAL_THRESHOLD


def test_the_digit_keeps_its_place_until_it_is_boxed(ink):
    found = stages(ink)
    rows, columns = np.nonzero(found["inverted"] > 0.3)
    assert rows.max() < 14
    assert columns.max() < 14
    rows, columns = np.nonzero(found["boxed"] > found["boxed"].max() / 2)
    assert (rows.min(), rows.max()) == (4, 23)
    assert columns.min() + columns.max() == pytest.approx(27, abs=1)


def test_the_last_stage_is_what_the_recognizer_does(ink):
    found = stages(ink)
    np.testing.assert_array_equal(found["centred"], to_pixels(ink))
    assert not np.array_equal(found["centred"], found["boxed"])
    assert found["centred"].sum() == pytest.approx(found["boxed"].sum(), rel=0.01)
    assert Recognizer.load().predict_pixels(found["centred"]).digit == 7


def test_pictures_need_not_be_square():
    ink = np.zeros((40, 200), np.float32)
    ink[10:30, 90:96] = 1
    assert all(pixels.shape == (28, 28) for pixels in stages(ink).values())


def test_without_ink_there_is_nothing_to_show():
    with pytest.raises(EmptyDrawing):
        stages(np.zeros((28, 28), np.float32))
