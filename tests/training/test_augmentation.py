import numpy as np
import pytest

from digit_recognizer.handwriting.digits import draw_digits
from digit_recognizer.ink.preprocessing import stroke_width

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def images():
    return draw_digits(64, np.random.default_rng(0))[0]


@pytest.fixture(scope="module")
def pixels(images):
    return images / np.float32(255)


@pytest.fixture(scope="module")
def distorted(images):
    return distort(images, 1) / np.float32(255)


def distort(images, seed, **options):
    from digit_recognizer.training.augmentation import augment

    return augment(images[None], np.random.default_rng(seed), **options)[0]


def test_shape_and_type_stay(images):
    changed = distort(images, 1)
    assert changed.shape == images.shape
    assert changed.dtype == np.uint8


def test_a_seed_distorts_alike_and_another_differently(images):
    once, again, other = (distort(images, seed).astype(int) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert np.abs(once - other).mean() > 2.5


def test_compiled_or_not_batches_are_distorted_alike(images):
    from digit_recognizer.training.augmentation import augment

    batches = images.reshape(4, 16, 28, 28)
    one, other = (
        augment(batches, np.random.default_rng(1), compiled).astype(int)
        for compiled in (True, False)
    )
    assert one.shape == other.shape
    assert np.abs(one - other).max() <= 2


def test_each_image_is_distorted_in_its_own_way(images):
    copies = distort(np.repeat(images[:1], 8, axis=0), 3)
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


def test_some_digits_become_as_soft_as_those_of_tiny_pictures():
    """Ink that is half as steep at its edges is as soft as the triangle's far end makes it."""
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[:, 4:24, 11:17] = 255
    copies = distort(np.repeat(bar, 200, axis=0), 4) / np.float32(255)
    steepest = np.abs(np.diff(copies[:, 10:18], axis=2)).max(axis=(1, 2))
    soft = (steepest < 0.6 * np.median(steepest)).mean()
    assert 0.02 < soft < 0.2


def test_blank_images_stay_blank():
    assert not distort(np.zeros((4, 28, 28), np.uint8), 1).any()


def test_most_of_a_batch_is_distorted(images):
    from digit_recognizer.training.augmentation import PLAIN, augment_most

    batches = images.reshape(2, 32, 28, 28)
    mixed = augment_most(batches, np.random.default_rng(3))
    plain = 32 // PLAIN
    np.testing.assert_array_equal(mixed[:, :plain], batches[:, :plain])
    assert (mixed[:, plain:] != batches[:, plain:]).any(axis=(2, 3)).all()
