import numpy as np
import pytest

from digit_recognizer.handwriting.digits import draw_digits
from digit_recognizer.ink.preprocessing import stroke_width

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pixels():
    images, _ = draw_digits(64, np.random.default_rng(0))
    return images / np.float32(255)


@pytest.fixture(scope="module")
def distorted(pixels):
    return distort(pixels, 1)


def distort(pixels, seed):
    import tensorflow as tf

    from digit_recognizer.training.augmentation import augment

    return augment(tf.constant(pixels), tf.constant([seed, 0])).numpy()


def test_shape_type_and_range_stay(pixels, distorted):
    assert distorted.shape == pixels.shape
    assert distorted.dtype == np.float32
    assert distorted.min() >= 0
    assert distorted.max() <= 1


def test_a_seed_distorts_alike_and_another_differently(pixels, distorted):
    np.testing.assert_array_equal(distort(pixels, 1), distorted)
    assert np.abs(distort(pixels, 2) - distorted).mean() > 0.01


def test_each_image_is_distorted_in_its_own_way(pixels):
    copies = distort(np.repeat(pixels[:1], 8, axis=0), 3)
    assert len(np.unique(copies.reshape(8, -1), axis=0)) == 8


def test_digits_stay_boxed_and_centred(distorted):
    inked = distorted >= 0.3
    sides = [
        max(np.ptp(np.flatnonzero(image.any(axis=axis))) + 1 for axis in (0, 1)) for image in inked
    ]
    assert 18 <= np.median(sides) <= 21
    mass = distorted.sum(axis=(1, 2))
    rows = distorted.sum(axis=2) @ np.arange(28) / mass
    assert np.abs(rows - 14).max() < 2


def test_digits_stay_recognisable(pixels, distorted):
    """A distorted digit is nearer to its original than to most others."""
    flat, other = pixels.reshape(64, -1), distorted.reshape(64, -1)
    distances = ((other[:, None] - flat[None]) ** 2).sum(axis=2)
    own = np.diagonal(distances)
    assert ((distances < own[:, None]).mean(axis=1)).mean() < 0.1


def test_pens_become_thinner_and_thicker(pixels, distorted):
    change = [
        stroke_width(after) - stroke_width(before)
        for before, after in zip(pixels, distorted, strict=True)
    ]
    assert min(change) < -0.3
    assert max(change) > 0.3


def test_blank_images_stay_blank():
    assert not distort(np.zeros((4, 28, 28), np.float32), 1).any()


def test_most_of_a_batch_is_distorted():
    import tensorflow as tf

    from digit_recognizer.training.augmentation import PLAIN, augment, augment_most

    pixels = tf.constant(np.random.default_rng(0).random((2 * PLAIN, 28, 28), np.float32))
    mixed = augment_most(pixels, tf.constant([3, 0])).numpy()
    np.testing.assert_array_equal(mixed[:2], pixels[:2])
    np.testing.assert_array_equal(mixed[2:], augment(pixels, tf.constant([3, 0])).numpy()[2:])
    assert np.abs(mixed[2:] - pixels[2:]).mean() > 0.01
