import numpy as np
import pytest

from digit_recognizer.handwriting.digits import write_style
from digit_recognizer.handwriting.letters import LETTERS
from digit_recognizer.handwriting.scribbles import KINDS, draw_scribbles


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_draws_finite_strokes(kind):
    rng = np.random.default_rng(0)
    for _ in range(50):
        strokes = kind(rng)
        assert strokes
        for stroke in strokes:
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert np.isfinite(stroke).all()


def test_every_letter_can_be_drawn():
    rng = np.random.default_rng(4)
    for style in LETTERS:
        (strokes,) = write_style(style, 1, rng)
        assert len(strokes) == style.low.count(";") + 1
        assert np.ptp(np.concatenate(strokes)[:, 1]) > 0.5


def test_images_are_inputs_that_differ():
    images = draw_scribbles(40, np.random.default_rng(1))
    assert images.shape == (40, 28, 28)
    assert images.dtype == np.uint8
    assert len(np.unique(images.reshape(40, -1), axis=0)) == 40
    assert (images.max(axis=(1, 2)) > 200).all()


def test_none_is_as_narrow_as_a_one():
    for image in draw_scribbles(60, np.random.default_rng(2)):
        inked = image >= 77
        sides = [np.ptp(np.flatnonzero(inked.any(axis=axis))) + 1 for axis in (0, 1)]
        assert min(sides) > 0.2 * max(sides)


def test_the_same_seed_draws_the_same():
    one, other = (draw_scribbles(10, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
