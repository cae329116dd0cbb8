import numpy as np
import pytest

from digit_recognizer.attribution import attribute
from digit_recognizer.flipping import CONFIDENCE, flip
from digit_recognizer.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.examples import example_path
from tests.test_attribution import SHAPES, random_network


def assert_flipped(mlp, pixels, changed):
    runner_up = attribute(mlp, pixels).runner_up
    probabilities = mlp.probabilities(changed[None])[0]
    assert probabilities.argmax() == runner_up
    assert probabilities[runner_up] >= CONFIDENCE
    assert changed.shape == (28, 28)
    assert changed.min() >= 0
    assert changed.max() <= 1
    levels = changed * 255
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)


@pytest.mark.parametrize("digit", range(10))
def test_a_small_change_turns_the_shipped_networks_answer_into_its_runner_up(digit):
    recognizer = Recognizer.load()
    pixels = recognizer.predict(example_path(digit)).pixels
    changed = flip(recognizer.mlp, pixels)
    assert_flipped(recognizer.mlp, pixels, changed)
    assert np.linalg.norm(changed - pixels) < 0.3 * np.linalg.norm(pixels)


@pytest.mark.parametrize("sizes", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_the_flip_flips_networks_of_any_depth(sizes, seed):
    mlp = random_network(*sizes, seed=seed)
    pixels = Recognizer.load().predict(example_path(seed)).pixels
    changed = flip(mlp, pixels)
    assert_flipped(mlp, pixels, changed)


def test_the_change_is_hardly_more_than_a_linear_network_needs():
    weights = np.zeros((784, 10), np.float32)
    weights[:, [2, 7]] = np.random.default_rng(0).normal(0, 0.1, (784, 2))
    bias = np.full(10, -50, np.float32)
    bias[[2, 7]] = 0
    mlp = Mlp((weights,), (bias,))
    pixels = np.full((28, 28), 0.5, np.float32)
    found = attribute(mlp, pixels)
    slope = weights[:, found.runner_up] - weights[:, found.answer]
    needed = (found.lead + np.log(CONFIDENCE / (1 - CONFIDENCE))) / np.linalg.norm(slope)
    change = np.linalg.norm(flip(mlp, pixels) - pixels)
    assert needed <= change < 1.1 * needed


@pytest.mark.parametrize("strength", [0, 1e-3])
def test_where_no_picture_flips_the_answer_none_is_given(strength):
    bias = np.zeros(10, np.float32)
    bias[4] = 50
    weights = np.full((784, 10), strength, np.float32)
    weights[:, 4] = 0
    mlp = Mlp((weights,), (bias,))
    assert flip(mlp, np.zeros((28, 28), np.float32)) is None
