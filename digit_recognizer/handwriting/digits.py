"""Generates handwritten digits as strokes, in styles that MNIST's American writers lack.

Each style is a skeleton with some freedom. Hands differ in slant, proportions, curvature and
steadiness. Knows nothing about networks and data sets.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from digit_recognizer.constants import DIGIT_SIZE, IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.handwriting.styles import STYLES, Style
from digit_recognizer.ink.preprocessing import fit_and_centre
from digit_recognizer.ink.strokes import Strokes, place_on_sheet, render

# Any values near these serve, as long as digits look as people write them.
PEN_WIDTHS = (1.6, 2.2, 4.2)
"""Least, commonest and greatest width of a pen, in final pixels."""
SHEET_SIZE = 60
"""Side of the sheet on which digits are rendered before they are scaled down, in pixels."""
DIGIT_SHARE = 0.9
"""Side of a digit's box, as a fraction of that sheet's side."""
SMOOTHNESS = {2: 0.2, 4: 0.2, 8: 0.6}
"""Samples between two points of a skeleton, with their shares of all drawings. Tablets sample quick
hands coarsely, so some drawings have few points and straight pieces."""
WOBBLE = 0.03
"""Standard deviation of a skeleton's points, as a fraction of the digit's height."""
BLEND = (-0.1, 1.1)
"""Range of a drawing between the extremes of its style, at 0 and 1; a little beyond is legible."""
SLANT = (0.08, 0.18)
TURN = 0.08
STRETCH = 0.18
"""Mean and standard deviation of the slant (to the right for each unit up), and the standard
deviations of the angle in radians and of the logarithm of the width."""


@dataclass(frozen=True, eq=False)
class _Skeleton:
    """Points of the two extremes, (2, P, 2), and for each stroke a matrix (M, P) to its curve."""

    points: np.ndarray
    curves: tuple[np.ndarray, ...]


def write_digits(digit: int, count: int, rng: np.random.Generator) -> list[Strokes]:
    """Write a digit `count` times, each time in a random style and by another hand.

    The strokes are about 1 high around the origin; `place_on_sheet` moves them to a sheet.
    """
    styles = [style for style in STYLES if style.digit == digit]
    shares = np.array([style.share for style in styles])
    numbers = rng.multinomial(count, shares / shares.sum())
    written = [
        drawing
        for style, number in zip(styles, numbers, strict=True)
        for drawing in write_style(style, number, rng)
    ]
    return [written[index] for index in rng.permutation(count)]


def write_plainly(digit: int) -> Strokes:
    """The digit in its commonest style, half-way between its extremes, by a steady hand.

    The strokes are about 1 high; `place_on_sheet` moves them to a sheet.
    """
    style = max((style for style in STYLES if style.digit == digit), key=lambda style: style.share)
    skeleton = _skeleton(style, max(SMOOTHNESS))
    points = skeleton.points.mean(axis=0)
    return [(curve @ points).astype(np.float32) for curve in skeleton.curves]


def draw_digits(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Write and render digits as the network's input, all ten equally often, in random order.

    Returns images uint8 (count, 28, 28), ink 255, and labels uint8 (count,).
    """
    labels = rng.permutation(np.arange(count, dtype=np.uint8) % NUM_CLASSES)
    images = np.empty((count, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for digit in range(NUM_CLASSES):
        places = np.flatnonzero(labels == digit)
        for place, strokes in zip(places, write_digits(digit, len(places), rng), strict=True):
            images[place] = np.rint(255 * draw_pixels(strokes, rng.triangular(*PEN_WIDTHS)))
    return images, labels


def draw_pixels(strokes: Strokes, width: float) -> np.ndarray:
    """Draw strokes as the network's input, with a pen of `width` final pixels.

    Returns float32 (28, 28) in [0, 1], ink 1.
    """
    pen_width = width / DIGIT_SIZE * DIGIT_SHARE
    sheet = place_on_sheet(strokes, DIGIT_SHARE, pen_width)
    return fit_and_centre(render(sheet, SHEET_SIZE, pen_width))


def write_style(style: Style, count: int, rng: np.random.Generator) -> list[Strokes]:
    """Write a digit `count` times in one style, each time by another hand (see `write_digits`)."""
    drawings = []
    parts = rng.multinomial(count, tuple(SMOOTHNESS.values()))
    for smoothness, part in zip(SMOOTHNESS, parts, strict=True):
        skeleton = _skeleton(style, smoothness)
        blend = rng.uniform(*BLEND, (part, 1, 1))
        points = skeleton.points[0] * (1 - blend) + skeleton.points[1] * blend
        points = points + rng.normal(0, WOBBLE, points.shape)
        points = _vary_hand(points - points.mean(axis=1, keepdims=True), rng)
        curves = [np.einsum("mp,npc->nmc", curve, points) for curve in skeleton.curves]
        drawings += [
            [stroke.astype(np.float32) for stroke in drawing]
            for drawing in zip(*curves, strict=True)
        ]
    return drawings


def _vary_hand(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slant, turn and stretch each of (N, P, 2)."""
    count = len(points)
    slant = rng.normal(*SLANT, count)
    angle = rng.normal(0, TURN, count)
    width = np.exp(rng.normal(0, STRETCH, count))
    x = points[..., 0] * width[:, None] - points[..., 1] * slant[:, None]
    y = points[..., 1]
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


@cache
def _skeleton(style: Style, smoothness: int) -> _Skeleton:
    low, pieces = _parse(style.low)
    high, high_pieces = _parse(style.high)
    if pieces != high_pieces:
        raise ValueError(f"The extremes of a style of {style.digit} have different points.")
    curves = []
    for stroke in pieces:
        parts = [spline(tuple(piece), len(low), smoothness) for piece in stroke]
        curves.append(np.concatenate(parts))
    return _Skeleton(np.stack([low, high]), tuple(curves))


def _parse(skeleton: str) -> tuple[np.ndarray, list[list[list[int]]]]:
    """Points (P, 2), and for each stroke its pieces between corners, as lists of indices."""
    points: list[list[float]] = []
    strokes = []
    for stroke in skeleton.split(";"):
        pieces: list[list[int]] = []
        for piece in stroke.split("|"):
            corner = [pieces[-1][-1]] if pieces else []
            new = [[float(number) for number in point.split(",")] for point in piece.split()]
            pieces.append(corner + list(range(len(points), len(points) + len(new))))
            points += new
        strokes.append(pieces)
    return np.array(points), strokes


@cache
def spline(piece: tuple[int, ...], count: int, smoothness: int) -> np.ndarray:
    """The matrix from `count` points to samples of a Catmull-Rom spline through some of them.

    piece: indices of the points on the spline. smoothness: samples between two of these points.
    """
    ends = [piece[0], *piece, piece[-1]]
    rows = []
    for start in range(len(piece) - 1):
        for t in np.arange(smoothness) / smoothness:
            row = np.zeros(count)
            row[ends[start]] += -0.5 * t + t**2 - 0.5 * t**3
            row[ends[start + 1]] += 1 - 2.5 * t**2 + 1.5 * t**3
            row[ends[start + 2]] += 0.5 * t + 2 * t**2 - 1.5 * t**3
            row[ends[start + 3]] += -0.5 * t**2 + 0.5 * t**3
            rows.append(row)
    last = np.zeros(count)
    last[piece[-1]] = 1
    return np.stack([*rows, last])
