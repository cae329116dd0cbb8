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
"""What the steps aim at, so that they arrive."""
MAX_STEPS = 50
CANDIDATES = 32
"""Pictures on the way from the original that are tried for being a smaller change."""
LEVELS = 255


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where the answer's lead over the runner-up comes from, in logits.

    answer, runner_up: the digits, 0 to 9, of the two largest logits.
    pixels: float32 (28, 28), what each pixel adds; paper adds nothing.
    bias: what the biases of all layers add.
    lead: the answer's logit less the runner-up's; the sum of `pixels` and `bias`, but for the
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
    """The digits' logits times `direction`, summed; the gradient of that; the part of the biases.

    pixels: float32 (784,). direction: float32 (10,). The gradient is float32 (784,): a forward
    pass, then the chain rule backwards through the units that were active.
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
    """A picture close to `pixels` that the network takes for what was its runner-up before.

    pixels: float32 (28, 28) in [0, 1], ink 1. Returns the like, in steps of 1/255 as a picture file
    holds them, so that what is shown is what was checked; None when no change was found.

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
    """Log of the target's probability over all others', times the temperature, and its gradient."""
    scores = mlp.logits(pixels[None])[0] / mlp.temperature
    scores[target], wanted = -np.inf, float(scores[target])
    direction = -softmax(scores[None])[0]
    direction[target] = 1
    highest = float(scores.max())
    others = highest + math.log(float(np.exp(scores - highest).sum()))
    return mlp.temperature * (wanted - others), backward(mlp, pixels, direction)[1]


def _nearest(mlp: Mlp, start: np.ndarray, changed: np.ndarray, target: int) -> np.ndarray:
    """The first picture on the straight way from `start` to `changed` that is flipped."""
    way = np.linspace(0, 1, CANDIDATES + 1, dtype=np.float32)[1:, None]
    candidates = _rounded(start + way * (changed - start))
    return candidates[np.argmax(mlp.probabilities(candidates)[:, target] >= CONFIDENCE)]


def _rounded(pixels: np.ndarray) -> np.ndarray:
    return np.rint(pixels * LEVELS) / np.float32(LEVELS)
