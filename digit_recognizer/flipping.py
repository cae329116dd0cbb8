"""The small change of a picture that turns a network's answer into its runner-up.

Knows nothing about pages, or about how a change is shown.
"""

import math

import numpy as np

from digit_recognizer.attribution import backward
from digit_recognizer.mlp import Mlp, softmax

CONFIDENCE = 2 / 3
"""The answer has flipped when the runner-up is at least this probable."""
AIM = 0.7
"""What the steps aim at, so that they arrive."""
MAX_STEPS = 50
CANDIDATES = 32
"""Pictures on the way from the original that are tried for being a smaller change."""
LEVELS = 255


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
