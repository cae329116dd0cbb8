import numpy as np
import pytest

from digit_recognizer.handwriting.digits import draw_digits, spline, write_digits, write_plainly
from digit_recognizer.handwriting.styles import STYLES


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_written_as_often_as_asked(digit):
    drawings = write_digits(digit, 57, np.random.default_rng(0))
    assert len(drawings) == 57
    for strokes in drawings:
        for stroke in strokes:
            assert stroke.dtype == np.float32
            assert stroke.shape[1:] == (2,)
            assert np.isfinite(stroke).all()


def test_a_plain_digit_has_a_style_of_its_own_and_no_chance_in_it():
    for digit in range(10):
        strokes = write_plainly(digit)
        style = max((each for each in STYLES if each.digit == digit), key=lambda each: each.share)
        assert len(strokes) == style.low.count(";") + 1
        points = np.concatenate(strokes)
        assert np.ptp(points[:, 1]) == pytest.approx(1, abs=0.35)
        assert all(map(np.array_equal, strokes, write_plainly(digit)))


def test_hands_differ():
    one, other = write_digits(8, 2, np.random.default_rng(0))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=False))


def test_the_same_seed_writes_the_same():
    images, labels = draw_digits(20, np.random.default_rng(5))
    again, labels_again = draw_digits(20, np.random.default_rng(5))
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)


def test_images_are_inputs_and_all_digits_are_equally_frequent():
    images, labels = draw_digits(200, np.random.default_rng(2))
    assert images.shape == (200, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 20))
    assert (images.max(axis=(1, 2)) > 178).all()  # thin strokes are softened


def test_every_digit_has_several_styles():
    for digit in range(10):
        assert sum(style.digit == digit for style in STYLES) >= 5


def test_a_spline_goes_through_its_points():
    points = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], float)
    curve = spline((0, 1, 2, 3), 4, 5) @ points
    np.testing.assert_allclose(curve[::5], points)
    assert len(curve) == 16


def test_generated_digits_look_like_mnist_to_a_network(mnist):
    """Nearest class mean, fitted on MNIST, reads most of them: labels and shapes fit together."""
    means = np.stack(
        [mnist.train_images[mnist.train_labels == digit].mean(axis=0) for digit in range(10)]
    ).reshape(10, -1)
    images, labels = draw_digits(500, np.random.default_rng(3))
    distances = ((images.reshape(500, 1, -1) - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == labels).mean() > 0.5
