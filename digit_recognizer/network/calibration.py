"""Makes a network's confidence honest and lets it refuse: a temperature and a threshold.

Knows nothing about Keras and data sets.
"""

from dataclasses import replace

import numpy as np

from digit_recognizer.network.mlp import Mlp, softmax

TEMPERATURES = np.geomspace(0.3, 3, 60)
"""Temperatures that are tried; trained networks end between 0.9 and 1.5."""
KEPT = 0.99
"""Share of the rightly read digits that the threshold keeps; it keeps more undistorted ones."""


def calibrate(mlp: Mlp, pixels: np.ndarray, labels: np.ndarray) -> Mlp:
    """Return the network with the temperature and the threshold that fit held-out digits.

    pixels: float32 (N, 28, 28) in [0, 1]; labels: integers (N,), 0 to 9. The temperature has the
    least cross-entropy (Guo, Pleiss, Sun and Weinberger 2017); the threshold is the certainty that
    KEPT of the rightly read digits reach.
    """
    digits = mlp.logits(pixels)
    losses = [_cross_entropy(digits / temperature, labels) for temperature in TEMPERATURES]
    temperature = float(TEMPERATURES[np.argmin(losses)])
    calibrated = replace(mlp, temperature=temperature)
    certainties = calibrated.answer(pixels)[1][digits.argmax(axis=1) == labels]
    threshold = float(np.quantile(certainties, 1 - KEPT)) if len(certainties) else 0.0
    return replace(calibrated, threshold=min(threshold, 0.99))


def _cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    probabilities = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(probabilities, 1e-12)).mean())
