"""The lesson "Inside the network": the units that add most to the answer, from picture to digits.

Knows nothing about Gradio, visitors or requests.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.network.explanation import Unit, strongest_units
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_picture
from digit_recognizer.ui.widgets import marks_as_png, template

SHOWN_UNITS = 8
"""Units of a layer, as many as can be told apart on a phone."""
SHOWN_LAYERS = 2
SHOWN_PATHS = 14
"""Lines between two columns; the others add less."""
STRONGEST = 3.0
"""Standard deviations of a unit's pattern from which on it is drawn at full strength."""


_Path = tuple[float, float, float]
"""A line between two columns: its heights at both ends, in percent, and what is passed along it."""


def render_inside(mlp: Mlp, prediction: Prediction) -> str:
    """The content for a network's answer."""
    layers = strongest_units(mlp, prediction.pixels, prediction.digit, SHOWN_UNITS)
    shown = layers[-SHOWN_LAYERS:]
    return template("lessons/inside.html").render(
        picture=render_picture(prediction.pixels, texts.NETWORK_VIEW),
        digit=prediction.digit,
        layers=shown,
        sizes=mlp.hidden,
        fans=[_draw(fan) for fan in _fans(shown)],
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
    return fans


def _draw(fan: Sequence[_Path]) -> str:
    """The strongest lines of a fan, the stronger the thicker."""
    drawn = sorted(fan, key=lambda path: -abs(path[2]))[:SHOWN_PATHS]
    greatest = abs(drawn[0][2]) or 1.0
    lines = "".join(
        f'<path class="{"against" if passed < 0 else "for"}" '
        f'd="M0 {start}C50 {start} 50 {end} 100 {end}" '
        f'style="--strength:{abs(passed) / greatest:.3f}"></path>'
        for start, end, passed in drawn
        if passed
    )
    return (
        '<svg class="fan" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f"{lines}</svg>"
    )


def _sprite(units: Sequence[Unit]) -> str:
    """One picture with the patterns side by side, each at its own strength."""
    if not units:
        return ""
    patterns = [unit.pattern / (STRONGEST * float(unit.pattern.std()) or 1.0) for unit in units]
    return marks_as_png(np.concatenate(patterns, axis=1))


def _brightness(unit: Unit, layer: Sequence[Unit]) -> float:
    """How far the unit is lit, 0 to 1, beside the others of its column."""
    return round(unit.activation / (max(each.activation for each in layer) or 1.0), 3)


def _parts(unit: Unit) -> str:
    """What the unit adds to each digit, for the browser."""
    return json.dumps([texts.signed(float(part)) for part in unit.parts])
