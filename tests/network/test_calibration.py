import numpy as np
import pytest

from digit_recognizer.network.calibration import KEPT, calibrate
from digit_recognizer.network.mlp import Mlp


def network(scale: float, outputs: int = 10) -> Mlp:
    """Its logits are the first pixels, `scale` times."""
    weights = np.zeros((784, outputs), np.float32)
    weights[:outputs] = np.eye(outputs) * scale
    return Mlp((weights,), (np.zeros(outputs, np.float32),))


@pytest.fixture(scope="module")
def digits():
    """Pixels whose first ten, as logits, are exactly calibrated for the labels."""
    rng = np.random.default_rng(0)
    pixels = np.zeros((4000, 784), np.float32)
    pixels[:, :10] = rng.normal(0, 2, (4000, 10))
    odds = np.exp(pixels[:, :10])
    labels = np.array([rng.choice(10, p=row / row.sum()) for row in odds.astype(float)])
    return pixels, labels


@pytest.mark.parametrize("scale", [0.5, 1, 2.5])
def test_the_temperature_undoes_over_and_underconfidence(digits, scale):
    calibrated = calibrate(network(scale), *digits)
    assert calibrated.temperature == pytest.approx(scale, rel=0.12)


def test_calibration_changes_no_answer(digits):
    pixels, _ = digits
    before = network(2)
    after = calibrate(before, *digits)
    np.testing.assert_array_equal(
        before.probabilities(pixels).argmax(axis=1), after.probabilities(pixels).argmax(axis=1)
    )


def test_the_threshold_keeps_a_given_share_of_what_is_read_right(digits):
    pixels, labels = digits
    calibrated = calibrate(network(1), pixels, labels)
    probabilities, certainties = calibrated.answer(pixels)
    right = probabilities.argmax(axis=1) == labels
    assert (certainties[right] >= calibrated.threshold).mean() == pytest.approx(KEPT, abs=0.001)


def test_the_eleventh_class_lowers_certainty_and_not_probabilities():
    mlp = network(1, outputs=11)
    pixels = np.zeros((2, 784), np.float32)
    pixels[:, 4] = 3
    pixels[1, 10] = 5
    probabilities, certainties = mlp.answer(pixels)
    np.testing.assert_array_equal(probabilities[0], probabilities[1])
    assert certainties[1] < certainties[0]


def test_a_network_that_reads_nothing_refuses_nothing():
    pixels = np.zeros((5, 784), np.float32)
    pixels[:, 0] = 1
    assert calibrate(network(1), pixels, np.full(5, 3)).threshold == 0
