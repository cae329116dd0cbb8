"""Draws what the units of a network's first layer look for; knows nothing about trainings."""

import base64
import html
import io

import numpy as np
from PIL import Image

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.language import texts

MAX_UNITS = 24
LEVELS = 15
"""Steps of strength on either side of nothing."""
STRONGEST = 0.995
"""Share of the weights that are not drawn at full strength."""
FOR, AGAINST = (201, 82, 28), (58, 122, 189)
"""Ink here speaks for the unit, or against it; both show on light and on dark."""


def render_weights(mlp: Mlp) -> str:
    """Small pictures (HTML) of up to MAX_UNITS units, the same ones for networks of one shape."""
    first = mlp.weights[0].T
    sample = np.unique(np.linspace(0, len(first) - 1, min(MAX_UNITS, len(first))).astype(int))
    strongest = float(np.quantile(np.abs(first[sample]), STRONGEST)) or 1.0
    pictures = "".join(
        f'<img src="{weights_as_png(first[unit] / strongest)}" alt="{texts.unit(unit + 1)}" '
        f'width="{IMAGE_SIZE}" height="{IMAGE_SIZE}">'
        for unit in sample
    )
    return (
        f'<figure class="first-layer"><figcaption><b>{html.escape(texts.FIRST_LAYER)}</b> '
        f"{html.escape(texts.first_layer_info(len(sample), len(first)))}</figcaption>"
        f'<div class="units">{pictures}</div></figure>'
    )


def weights_as_png(weights: np.ndarray) -> str:
    """A data URI of float32 (784,) in [-1, 1], clipped there; the weaker, the more transparent."""
    levels = np.rint(np.clip(weights, -1, 1) * LEVELS).astype(int) + LEVELS
    picture = Image.fromarray(levels.reshape(IMAGE_SIZE, IMAGE_SIZE).astype(np.uint8), "P")
    picture.putpalette([part for level in range(2 * LEVELS + 1) for part in _colour(level)])
    strengths = bytes(round(255 * abs(level - LEVELS) / LEVELS) for level in range(2 * LEVELS + 1))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=strengths)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _colour(level: int) -> tuple[int, int, int]:
    return FOR if level > LEVELS else AGAINST
