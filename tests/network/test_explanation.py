import itertools

import numpy as np
import pytest

from digit_recognizer.network.explanation import (
    CONFIDENCE,
    attribute,
    backward,
    flip,
    strongest_units,
)
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.pictures.examples import example_path


def random_network(*sizes: int, seed: int = 0) -> Mlp:
    generator = np.random.default_rng(seed)
    weights, biases = [], []
    for inputs, outputs in itertools.pairwise(sizes):
        scale = (2 / inputs) ** 0.5
        weights.append(generator.normal(0, scale, (inputs, outputs)).astype(np.float32))
        biases.append(generator.normal(0, 0.3, outputs).astype(np.float32))
    return Mlp(tuple(weights), tuple(biases))


SHAPES = [(784, 10), (784, 11), (784, 32, 10), (784, 64, 32, 16, 11)]


@pytest.fixture(scope="module")
def shipped():
    return Recognizer.load()


def lead_by_hand(mlp, pixels) -> float:
    highest = np.sort(mlp.logits(pixels[None])[0])[-2:]
    return float(highest[1] - highest[0])


@pytest.mark.parametrize("sizes", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_pixels_and_biases_sum_to_the_lead(sizes, seed):
    mlp = random_network(*sizes, seed=seed)
    pixels = np.random.default_rng(seed).random((28, 28), np.float32)
    found = attribute(mlp, pixels)
    assert found.pixels.shape == (28, 28)
    assert found.lead == pytest.approx(lead_by_hand(mlp, pixels), abs=1e-4)
    assert found.pixels.sum() + found.bias == pytest.approx(found.lead, abs=1e-4)


@pytest.mark.parametrize("digit", range(10))
def test_pixels_and_biases_of_the_shipped_network_sum_to_the_lead(shipped, digit):
    prediction = shipped.predict(example_path(digit))
    found = attribute(shipped.mlp, prediction.pixels)
    by_hand = lead_by_hand(shipped.mlp, prediction.pixels)
    assert found.pixels.sum() + found.bias == pytest.approx(by_hand, abs=1e-4)
    assert found.answer == prediction.digit
    assert found.runner_up == np.argsort(prediction.probabilities)[-2]
    assert not found.pixels[prediction.pixels == 0].any()


@pytest.mark.parametrize("sizes", SHAPES)
def test_the_gradient_is_what_differences_say(sizes):
    mlp = random_network(*sizes)
    generator = np.random.default_rng(1)
    pixels = generator.random(784, np.float32)
    direction = generator.normal(0, 1, 10).astype(np.float32)
    exact = [array.astype(np.float64) for array in (*mlp.weights, *mlp.biases)]
    weights, biases = exact[: len(mlp.weights)], exact[len(mlp.weights) :]

    def value(inputs):
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            inputs = np.maximum(inputs @ weight + bias, 0)
        return (inputs @ weights[-1] + biases[-1])[:10] @ direction

    found, gradient, _ = backward(mlp, pixels, direction)
    assert found == pytest.approx(value(pixels.astype(np.float64)), abs=1e-4)
    for pixel in range(0, 784, 97):
        nudge = np.zeros(784)
        nudge[pixel] = 1e-6
        slope = (value(pixels + nudge) - value(pixels - nudge)) / 2e-6
        assert gradient[pixel] == pytest.approx(slope, abs=1e-4)


def test_a_network_of_biases_alone_owes_its_lead_to_them():
    bias = np.zeros(11, np.float32)
    bias[[3, 8, 10]] = 5, 2, 9
    mlp = Mlp((np.zeros((784, 11), np.float32),), (bias,))
    found = attribute(mlp, np.ones((28, 28), np.float32))
    assert (found.answer, found.runner_up) == (3, 8)
    assert (found.bias, found.lead) == (3, 3)
    assert not found.pixels.any()


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


def forward(mlp: Mlp, pixels: np.ndarray) -> list[np.ndarray]:
    """The activations of every layer in float64, the picture first and the scores last."""
    values = [pixels.ravel().astype(float)]
    for weight, bias in zip(mlp.weights[:-1], mlp.biases[:-1], strict=True):
        values.append(np.maximum(values[-1] @ weight + bias, 0))
    return [*values, values[-1] @ mlp.weights[-1] + mlp.biases[-1]]


def scores_without(mlp: Mlp, values: list[np.ndarray], layer: int, number: int) -> np.ndarray:
    """How the scores change for each unit of activation that a unit loses, by trying it."""
    value = values[layer + 1].copy()
    value[number] -= 1e-6
    for weight, bias in zip(mlp.weights[layer + 1 : -1], mlp.biases[layer + 1 : -1], strict=True):
        value = np.maximum(value @ weight + bias, 0)
    return (values[-1] - (value @ mlp.weights[-1] + mlp.biases[-1])) / 1e-6


@pytest.mark.parametrize("sizes", [*SHAPES[2:], (784, 24, 16, 10)])
@pytest.mark.parametrize("digit", [0, 7])
def test_the_strongest_units_are_those_that_add_most_to_a_digit(sizes, digit):
    mlp = random_network(*sizes)
    pixels = np.random.default_rng(1).random((28, 28), np.float32)
    values = forward(mlp, pixels)
    layers = strongest_units(mlp, pixels, digit, 5)
    assert len(layers) == len(sizes) - 2
    for layer, units in enumerate(layers):
        added = np.stack(
            [
                scores_without(mlp, values, layer, number) * values[layer + 1][number]
                for number in range(sizes[layer + 1])
            ]
        )[:, :10]
        best = np.argsort(-added[:, digit], kind="stable")[:5]
        assert [unit.number for unit in units] == list(best)
        for unit in units:
            assert unit.layer == layer
            assert unit.activation == pytest.approx(values[layer + 1][unit.number], rel=1e-4)
            np.testing.assert_allclose(unit.parts, added[unit.number], atol=1e-3)


def test_all_units_of_the_last_layer_and_the_biases_make_the_scores():
    mlp = random_network(784, 32, 16, 10)
    pixels = np.random.default_rng(2).random((28, 28), np.float32)
    units = strongest_units(mlp, pixels, 3, 1000)[-1]
    assert len(units) == 16
    total = sum(unit.parts for unit in units) + mlp.biases[-1]
    np.testing.assert_allclose(total, mlp.logits(pixels[None])[0], atol=1e-4)


def test_a_pattern_tells_what_ink_adds_to_a_unit_and_a_path_what_a_unit_adds_to_the_next():
    mlp = random_network(784, 32, 16, 10)
    pixels = np.random.default_rng(3).random((28, 28), np.float32)
    first, second = strongest_units(mlp, pixels, 3, 4)
    values = forward(mlp, pixels)
    for unit in first:
        np.testing.assert_array_equal(unit.pattern.ravel(), mlp.weights[0][:, unit.number])
        added = values[1][unit.number] * mlp.weights[1][unit.number]
        np.testing.assert_allclose(unit.passes, added, rtol=1e-4)
    more = pixels.copy()
    more[4, 9] += 1e-3
    for unit in second:
        before, after = (
            forward(mlp, each)[1] @ mlp.weights[1][:, unit.number] for each in (pixels, more)
        )
        assert unit.pattern[4, 9] == pytest.approx((after - before) / 1e-3, abs=1e-2)
        assert len(unit.passes) == 0
