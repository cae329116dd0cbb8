"""Which pixels speak for a network's answer, and which against: gradient times input.

A network of dense layers with ReLU is linear around any one picture. So the lead of the answer over
the runner-up, the difference of their logits, is exactly the sum of what each pixel adds (its value
times the lead's gradient) and of what the biases add. Knows nothing about pictures' origins and
pages.
"""

from dataclasses import dataclass

import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.mlp import Mlp


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
