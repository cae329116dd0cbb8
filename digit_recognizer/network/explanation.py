"""Explains an answer: which pixels speak for it, and which small change would flip it.

A network of dense layers with ReLU is linear around any one picture. So the lead of the answer over
the runner-up, the difference of their logits, is exactly the sum of what each pixel adds (its value
times the lead's gradient) and of what the biases add. Following that gradient flips the answer.
Knows nothing about where pictures come from or how explanations are shown.
"""

import math
from dataclasses import dataclass

import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.network.mlp import Mlp, softmax

CONFIDENCE = 2 / 3
"""The answer has flipped when the runner-up is at least this probable."""
AIM = 0.7
"""Probability that the steps aim at, so that they reach CONFIDENCE."""
MAX_STEPS = 50
CANDIDATES = 32
"""Number of pictures between the original and the flipped one that are tried."""
LEVELS = 255


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where the answer's lead over the runner-up comes from, in logits.

    answer, runner_up: the digits, 0 to 9, of the two largest logits.
    pixels: float32 (28, 28), the part of each pixel; paper has none.
    bias: the part of the biases of all layers.
    lead: the answer's logit minus the runner-up's. It is the sum of `pixels` and `bias`, up to the
        rounding of float32, which stays below 1e-4 for logits of some tens.
    """

    answer: int
    runner_up: int
    pixels: np.ndarray
    bias: float
    lead: float


def attribute(mlp: Mlp, pixels: np.ndarray) -> Attribution:
    """Explain the answer to `pixels`, float32 (28, 28) in [0, 1], ink 1.

    Gradient times input: Shrikumar, Greenside, Shcherbina and Kundaje 2016, arXiv:1605.01713; the
    term of the biases: Srinivas and Fleuret 2019, arXiv:1905.00780.
    """
    runner_up, answer = (int(digit) for digit in np.argsort(mlp.logits(pixels[None])[0])[-2:])
    direction = np.zeros(NUM_CLASSES, np.float32)
    direction[answer], direction[runner_up] = 1, -1
    lead, gradient, bias = backward(mlp, pixels.ravel(), direction)
    parts = (gradient * pixels.ravel()).reshape(IMAGE_SIZE, IMAGE_SIZE)
    return Attribution(answer, runner_up, parts, bias, lead)


def backward(
    mlp: Mlp, pixels: np.ndarray, direction: np.ndarray
) -> tuple[float, np.ndarray, float]:
    """Compute the digits' logits times `direction`, the gradient of that and the biases' part.

    pixels: float32 (784,). direction: float32 (10,). Returns the sum of the products; its gradient,
    float32 (784,), by a forward pass and the chain rule backwards through the active units; and the
    biases' part of the sum.
    """
    *hidden, (last_weight, last_bias) = zip(mlp.weights, mlp.biases, strict=True)
    activations, active = pixels, []
    for weight, bias in hidden:
        activations = np.maximum(activations @ weight + bias, 0)
        active.append(activations > 0)
    gradient = last_weight[:, :NUM_CLASSES] @ direction
    bias_part = float(last_bias[:NUM_CLASSES] @ direction)
    value = float(activations @ gradient) + bias_part
    for (weight, bias), is_active in zip(reversed(hidden), reversed(active), strict=True):
        gradient = gradient * is_active
        bias_part += float(bias @ gradient)
        gradient = weight @ gradient
    return value, gradient, bias_part


def flip(mlp: Mlp, pixels: np.ndarray) -> np.ndarray | None:
    """Find a picture close to `pixels` that the network reads as its former runner-up.

    pixels: float32 (28, 28) in [0, 1], ink 1. Returns the same shape and range in steps of 1/255,
    as picture files hold them, so that the picture shown is the one checked; None when no change
    was found.

    Each step goes down the steepest slope just as far as a linear network would need, within [0, 1]
    (after DeepFool: Moosavi-Dezfooli, Fawzi and Frossard 2016, arXiv:1511.04599).
    """
    start = pixels.ravel()
    target = int(np.argsort(mlp.logits(start[None])[0])[-2])
    needed = mlp.temperature * math.log(AIM / (1 - AIM))
    changed = start
    for _ in range(MAX_STEPS):
        if mlp.probabilities(_rounded(changed)[None])[0, target] >= CONFIDENCE:
            return _nearest(mlp, start, changed, target).reshape(pixels.shape)
        ahead, slope = _log_odds(mlp, changed, target)
        # Ink beyond black and paper beyond white cannot help.
        slope = np.where(np.where(slope > 0, changed < 1, changed > 0), slope, np.float64(0))
        steepness = float(slope @ slope)
        if not 0 < steepness < math.inf:
            return None
        step = (needed - ahead) / steepness * slope
        changed = np.clip(changed + step, 0, 1).astype(np.float32)
    return None


def _log_odds(mlp: Mlp, pixels: np.ndarray, target: int) -> tuple[float, np.ndarray]:
    """The log odds of the target against all others, times the temperature, and their gradient."""
    scores = mlp.logits(pixels[None])[0] / mlp.temperature
    scores[target], wanted = -np.inf, float(scores[target])
    direction = -softmax(scores[None])[0]
    direction[target] = 1
    highest = float(scores.max())
    others = highest + math.log(float(np.exp(scores - highest).sum()))
    return mlp.temperature * (wanted - others), backward(mlp, pixels, direction)[1]


def _nearest(mlp: Mlp, start: np.ndarray, changed: np.ndarray, target: int) -> np.ndarray:
    """The first flipped picture on the straight way from `start` to `changed`."""
    way = np.linspace(0, 1, CANDIDATES + 1, dtype=np.float32)[1:, None]
    candidates = _rounded(start + way * (changed - start))
    return candidates[np.argmax(mlp.probabilities(candidates)[:, target] >= CONFIDENCE)]


def _rounded(pixels: np.ndarray) -> np.ndarray:
    return np.rint(pixels * LEVELS) / np.float32(LEVELS)


@dataclass(frozen=True, eq=False)
class Unit:
    """A hidden unit while the network reads one picture.

    layer, number: its place, each from 0. activation: its output, at least 0.
    parts: float32 (10,), what it adds to the logit of each digit.
    pattern: float32 (28, 28), what each pixel adds to its input for a full stroke of ink; in the
        first layer these are its weights, in later ones those of the way through the active units.
    passes: float32 (U,), what it adds to the input of each unit of the next layer; empty in the
        last one.
    """

    layer: int
    number: int
    activation: float
    parts: np.ndarray
    pattern: np.ndarray
    passes: np.ndarray


def strongest_units(mlp: Mlp, pixels: np.ndarray, digit: int, most: int) -> list[list[Unit]]:
    """The units of each hidden layer that add most to the logit of `digit`, at most `most` each.

    pixels: float32 (28, 28) in [0, 1], ink 1. What a unit adds is its activation times its outgoing
    weight, in layers before the last along all ways through active units: gradient times activation
    (see `attribute`), exact since the network is linear around one picture. The strongest come
    first.
    """
    hidden = list(zip(mlp.weights[:-1], mlp.biases[:-1], strict=True))
    activations = [pixels.ravel()]
    for weight, bias in hidden:
        activations.append(np.maximum(activations[-1] @ weight + bias, 0))
    layers: list[list[Unit]] = []
    gradient = mlp.weights[-1][:, digit]  # of the digit's logit, from the last layer back
    for layer in reversed(range(len(hidden))):
        activation = activations[layer + 1]
        chosen = np.argsort(-activation * gradient, kind="stable")[:most]
        # For these few units: what they add forwards to each logit, and backwards what ink adds.
        passes = activation[chosen, None] * mlp.weights[layer + 1][chosen]
        parts = passes
        for later in range(layer + 1, len(hidden)):
            parts = (parts * (activations[later + 1] > 0)) @ mlp.weights[later + 1]
        patterns = mlp.weights[layer][:, chosen]
        for earlier in reversed(range(layer)):
            patterns = mlp.weights[earlier] @ (patterns * (activations[earlier + 1] > 0)[:, None])
        layers.append(
            [
                Unit(
                    layer,
                    int(number),
                    float(activation[number]),
                    parts[place, :NUM_CLASSES],
                    patterns[:, place].reshape(IMAGE_SIZE, IMAGE_SIZE),
                    passes[place] if layer + 1 < len(hidden) else np.zeros(0, np.float32),
                )
                for place, number in enumerate(chosen)
            ]
        )
        gradient = mlp.weights[layer] @ (gradient * (activation > 0)) if layer else gradient
    return layers[::-1]
