"""Generates drawings that are not digits, from which a network learns to refuse.

They are random strokes, scribbles, blobs, geometric shapes, letters and digits side by side. Knows
nothing about networks and data sets.
"""

from collections.abc import Callable, Mapping

import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.handwriting.digits import draw_pixels, spline, write_digits, write_style
from digit_recognizer.handwriting.letters import LETTERS
from digit_recognizer.ink.strokes import Strokes

# Any values near these serve, here and in the functions that draw a kind: the drawings only need to
# fill the room around the digits.
PEN_WIDTHS = (1.5, 3.2)
"""Range of a pen's width, in final pixels; thin enough for many strokes in one box."""
SMOOTHNESS = 6
"""Samples between two points of a curve."""
NARROW = 0.3
"""A drawing whose box has a smaller ratio of sides looks like a one."""

LETTER_SHARES = np.array([style.share for style in LETTERS])
LETTER_SHARES /= LETTER_SHARES.sum()


def draw_scribbles(
    count: int, rng: np.random.Generator, kinds: Mapping[Callable, float] | None = None
) -> np.ndarray:
    """Draw and render scribbles as the network's input: uint8 (count, 28, 28), ink 255.

    kinds: the function that draws each kind, with its share; KINDS by default.
    """
    kinds = kinds or KINDS
    makers, shares = list(kinds), np.array(list(kinds.values()))
    chosen = rng.choice(len(makers), count, p=shares / shares.sum())
    images = np.empty((count, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for index, kind in enumerate(chosen):
        strokes = makers[kind](rng)
        while _is_narrow(strokes):
            strokes = makers[kind](rng)
        images[index] = np.rint(255 * draw_pixels(strokes, rng.uniform(*PEN_WIDTHS)))
    return images


def thrown_strokes(rng: np.random.Generator) -> Strokes:
    """Two to five lines, arcs and curves at random places, most of them joined."""
    strokes = []
    for _ in range(rng.integers(2, 6)):
        if strokes and rng.random() < 0.6:
            # Pens tend to start on a stroke that is there.
            joint = strokes[rng.integers(len(strokes))]
            start = joint[rng.integers(len(joint))]
        else:
            start = rng.random(2) * _sheet(rng)
        end = rng.random(2) * _sheet(rng)
        bend = rng.normal(0, rng.choice((0.02, 0.3)), 2)
        strokes.append(_curve(np.stack([start, (start + end) / 2 + bend, end])))
    return strokes


def zigzag(rng: np.random.Generator) -> Strokes:
    """One stroke with four to nine corners at random places."""
    return [rng.random((rng.integers(5, 11), 2)) * _sheet(rng)]


def curl(rng: np.random.Generator) -> Strokes:
    """One or two smooth strokes through random points."""
    return [
        _curve(rng.random((rng.integers(5, 10), 2)) * _sheet(rng))
        for _ in range(rng.integers(1, 3))
    ]


def scribble(rng: np.random.Generator) -> Strokes:
    """A pen that goes to and fro without lifting."""
    count = rng.integers(10, 40)
    steps = rng.normal(0, 0.3, (count, 2))
    return [_curve(np.cumsum(steps, axis=0) * rng.uniform(0.3, 1) + 0.1 * steps)]


def hatching(rng: np.random.Generator) -> Strokes:
    """Parallel lines, sometimes joined, sometimes crossed by others: waves, grids, combs."""
    count = rng.integers(3, 8)
    places = np.linspace(0, 1, count)
    lines = [np.array([[place, 0], [place, rng.uniform(0.6, 1.4)]]) for place in places]
    if rng.random() < 0.5:
        lines = [np.concatenate([line[:: 1 - 2 * (i % 2)] for i, line in enumerate(lines)])]
    elif rng.random() < 0.6:
        lines += [np.array([[0, y], [1, y]]) for y in rng.random(rng.integers(1, 4))]
    return _turn(lines, rng)


def blob(rng: np.random.Generator) -> Strokes:
    """A filled patch with a wavy outline."""
    outline = _ring(rng, rng.integers(5, 12), rng.uniform(0, 0.35))
    turns = np.linspace(1, 0, rng.integers(7, 12))
    return [_curve(np.concatenate([outline * turn for turn in turns]) * _sheet(rng))]


def shape(rng: np.random.Generator) -> Strokes:
    """A triangle, star, cross, arrow, spiral, heart-like curve or nested ring."""
    corners = int(rng.integers(3, 8))
    ring = _ring(rng, corners, 0.1)
    closed = np.concatenate([ring, ring[:1]])
    shapes = [
        _ring(rng, 3, 0.15)[[0, 1, 2, 0]],
        _ring(rng, 5, 0.08)[[0, 2, 4, 1, 3, 0]],
        closed * np.linspace(1, rng.uniform(0.1, 0.5), corners + 1)[:, None],
        _curve(np.concatenate([_ring(rng, 8, 0.05) * turn for turn in (1, 0.7, 0.4, 0.15)])),
    ]
    chosen = [shapes[rng.integers(len(shapes))]]
    if rng.random() < 0.4:
        chosen += [_curve(closed * rng.uniform(0.3, 0.6)), _curve(closed * rng.uniform(0.9, 1.3))]
    if rng.random() < 0.3:
        chosen = [np.array([[-1, 0], [1, 0]]), np.array([[0, -1], [0, 1]])]
        chosen += [np.array([[-0.7, -0.7], [0.7, 0.7]])] * int(rng.integers(0, 2))
    return _turn([line * _sheet(rng) for line in chosen], rng)


def side_by_side(rng: np.random.Generator) -> Strokes:
    """Two or three digits next to each other."""
    strokes = []
    edge = 0.0
    for digit in rng.integers(0, NUM_CLASSES, rng.integers(2, 4)):
        (drawing,) = write_digits(int(digit), 1, rng)
        left = min(stroke[:, 0].min() for stroke in drawing)
        moved = [stroke + np.array([edge - left, 0], np.float32) for stroke in drawing]
        edge = max(stroke[:, 0].max() for stroke in moved) + rng.uniform(0.05, 0.4)
        strokes += moved
    return strokes


def letter(rng: np.random.Generator) -> Strokes:
    """A letter that no digit looks like, by any hand."""
    style = LETTERS[rng.choice(len(LETTERS), p=LETTER_SHARES)]
    return write_style(style, 1, rng)[0]


def dots(rng: np.random.Generator) -> Strokes:
    """Three to nine points or short ticks."""
    places = rng.random((rng.integers(3, 10), 1, 2))
    return [place + rng.normal(0, 0.03, (2, 2)) for place in places]


KINDS = {
    thrown_strokes: 8,
    zigzag: 3,
    curl: 3,
    scribble: 1.5,
    hatching: 1.5,
    blob: 1,
    shape: 1.5,
    side_by_side: 1.5,
    letter: 6,
    dots: 0.5,
}
"""The function that draws each kind of scribble, with its share. Any shares near these serve."""


def _is_narrow(strokes: Strokes) -> bool:
    width, height = np.ptp(np.concatenate(strokes), axis=0)
    return min(width, height) < NARROW * max(width, height)


def _sheet(rng: np.random.Generator) -> np.ndarray:
    """A random width, and the height 1, of the part of the sheet that a drawing uses."""
    return np.array([rng.uniform(0.45, 1), 1])


def _curve(points: np.ndarray) -> np.ndarray:
    return spline(tuple(range(len(points))), len(points), SMOOTHNESS) @ points


def _ring(rng: np.random.Generator, corners: int, unevenness: float) -> np.ndarray:
    angles = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.2, 0.2, corners)) / corners
    radii = 1 + rng.uniform(-unevenness, unevenness, corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii[:, None]


def _turn(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    angle = rng.uniform(0, 2 * np.pi)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [stroke @ matrix for stroke in strokes]
