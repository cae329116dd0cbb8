"""The lesson "Inside the network": the units that add most to the answer, from picture to digits.

Knows nothing about Gradio, visitors or requests.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.network.explanation import Unit, strongest_units
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_picture
from digit_recognizer.ui.widgets import marks_as_png, template

SHOWN_UNITS = 8
"""Units of a layer, as many as can be told apart on a phone."""
SHOWN_LAYERS = 2
SHOWN_PATHS = 14
"""Lines between two columns; the others add less."""
STRONGEST = 0.99
"""Share of the weights that are not drawn at full strength."""


@dataclass(frozen=True)
class _Path:
    """A line between two columns: its heights at both ends, in percent, and its strength.

    strength: -1 to 1, the greatest in size of all lines beside it; below 0 it speaks against.
    """

    start: float
    end: float
    strength: float


def render_inside(recognizer: Recognizer, ink: np.ndarray) -> str:
    """The content for float32 (H, W) ink. Raises EmptyDrawing."""
    pixels = to_pixels(ink)
    prediction = recognizer.predict_pixels(pixels)
    layers = strongest_units(recognizer.mlp, pixels, prediction.digit, SHOWN_UNITS)
    shown = layers[-SHOWN_LAYERS:]
    return template("lessons/inside.html").render(
        picture=render_picture(pixels, texts.NETWORK_VIEW),
        digit=prediction.digit,
        layers=shown,
        sizes=recognizer.mlp.hidden,
        fans=_fans(shown),
        sprite=_sprite([unit for layer in shown for unit in layer]),
        brightness=_brightness,
        parts=_parts,
        probabilities=[float(each) for each in prediction.probabilities],
    )


def _height(place: int, count: int) -> float:
    """The middle of the `place`-th of `count` cells of a column, in percent."""
    return round((place + 0.5) / count * 100, 2)


def _fans(layers: Sequence[Sequence[Unit]]) -> list[list[_Path]]:
    """The lines left of each layer and left of the outputs."""
    if not layers:
        return []
    first, last = layers[0], layers[-1]
    fans = [[(50.0, _height(i, len(first)), unit.activation) for i, unit in enumerate(first)]]
    for left, right in pairwise(layers):
        fans.append(
            [
                (_height(i, len(left)), _height(j, len(right)), float(unit.passes[other.number]))
                for i, unit in enumerate(left)
                for j, other in enumerate(right)
            ]
        )
    fans.append(
        [
            (_height(i, len(last)), _height(digit, NUM_CLASSES), float(unit.parts[digit]))
            for i, unit in enumerate(last)
            for digit in range(NUM_CLASSES)
        ]
    )
    return [_strongest(fan) for fan in fans]


def _strongest(fan: Sequence[tuple[float, float, float]]) -> list[_Path]:
    drawn = sorted(fan, key=lambda path: -abs(path[2]))[:SHOWN_PATHS]
    greatest = abs(drawn[0][2]) or 1.0
    return [_Path(start, end, round(value / greatest, 3)) for start, end, value in drawn if value]


def _sprite(units: Sequence[Unit]) -> str:
    """One picture with the patterns side by side, each at its own strength."""
    if not units:
        return ""
    patterns = [
        unit.pattern / (float(np.quantile(np.abs(unit.pattern), STRONGEST)) or 1.0)
        for unit in units
    ]
    return marks_as_png(np.concatenate(patterns, axis=1))


def _brightness(unit: Unit, layer: Sequence[Unit]) -> float:
    """How far the unit is lit, 0 to 1, beside the others of its column."""
    return round(unit.activation / (max(each.activation for each in layer) or 1.0), 3)


def _parts(unit: Unit) -> str:
    """What the unit adds to each digit, for the browser."""
    return json.dumps([texts.signed(float(part)) for part in unit.parts])
