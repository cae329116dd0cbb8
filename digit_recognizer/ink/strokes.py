"""Drawings as strokes: checks what a browser sends, and renders it to ink.

A stroke is a float32 (N, 2) array of x, y points with N >= 1; x grows to the right, y downwards,
and the sheet is the unit square. Knows nothing about pages and networks.
"""

import numpy as np
from PIL import Image, ImageDraw

from digit_recognizer.constants import PEN_WIDTH
from digit_recognizer.errors import BadStrokes, EmptyDrawing

MAX_STROKES = 500
MAX_POINTS = 5_000
"""More than a minute and a half of drawing without a pause, at 60 points a second."""
MAX_LENGTH = 300
"""Length of all strokes, in sides of the sheet: the pen could cover the sheet twelve times. What
rendering costs grows with it, so it is what bounds the work of one drawing."""
FARTHEST_STEP = 5
"""No two points are farther apart, since they are clipped, in sides of the sheet."""
FARTHEST = 1e6
"""Limit of coordinates; NaN and infinities fail the comparison, too."""
SHEET_SIZE = 280
"""Side of a rendered sheet, in pixels."""
SUPERSAMPLING = 2
"""Times as large as the sheet that strokes are drawn, for smooth edges."""

Strokes = list[np.ndarray]


def parse_strokes(value: object) -> Strokes:
    """Check untrusted JSON, `[[[x, y], …], …]`, and turn it into strokes.

    The pen may leave the sheet and come back: points up to a sheet's side away are allowed, and
    farther ones are clipped there. None and [] are an empty drawing. Raises BadStrokes for other
    types, numbers that are not finite, too many strokes or points, and too long strokes.
    """
    if value is None or value == []:
        return []
    if not isinstance(value, list) or len(value) > MAX_STROKES:
        raise BadStrokes(f"A drawing is a list of at most {MAX_STROKES} strokes.")
    if not all(isinstance(stroke, list) and stroke for stroke in value):
        raise BadStrokes("A stroke is a list of at least one [x, y] point.")
    lengths = [len(stroke) for stroke in value]
    if sum(lengths) > MAX_POINTS:
        raise BadStrokes(f"A drawing has at most {MAX_POINTS} points.")
    points = _points([point for stroke in value for point in stroke])
    ends = np.cumsum(lengths)[:-1]
    steps = np.hypot(*np.diff(points, axis=0).T)
    steps[ends - 1] = 0  # the pen was lifted
    if steps.sum() > MAX_LENGTH:
        raise BadStrokes(f"A drawing is at most {MAX_LENGTH} times as long as its sheet is wide.")
    return np.split(points, ends)


def render(strokes: Strokes, size: int = SHEET_SIZE, pen_width: float = PEN_WIDTH) -> np.ndarray:
    """Draw strokes on a sheet with a round, antialiased pen.

    size: side of the sheet in pixels. pen_width: as a fraction of the sheet's side.
    Returns ink, float32 (size, size) in [0, 1]. Raises EmptyDrawing when there is no stroke.
    """
    if not strokes:
        raise EmptyDrawing("Nothing has been drawn yet.")
    scale = size * SUPERSAMPLING
    radius = max(0.5, pen_width * scale / 2)
    sheet = Image.new("L", (scale, scale), 0)
    draw = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(x, y) for x, y in (stroke * scale - 0.5).tolist()]
        if len(points) > 1:
            draw.line(points, fill=255, width=round(2 * radius))
        for x, y in points:  # round ends and joints
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(sheet.reduce(SUPERSAMPLING), np.float32) / 255


def place_on_sheet(strokes: Strokes, size: float, pen_width: float) -> Strokes:
    """Scale strokes so that, with the pen's width, they fill `size` of the sheet, in its middle."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (size - pen_width) / max(float((high - low).max()), 1e-6)
    return [((stroke - (low + high) / 2) * scale + 0.5).astype(np.float32) for stroke in strokes]


def _points(rows: list) -> np.ndarray:
    """Untrusted [x, y] rows as a float32 (N, 2) array, clipped. Raises BadStrokes."""
    try:
        points = np.asarray(rows)
        are_numbers = points.shape == (len(rows), 2) and points.dtype.kind in "biuf"
    except (ValueError, OverflowError):  # rows of unequal lengths
        are_numbers = False
    if not are_numbers or not (np.abs(points, dtype=np.float64) < FARTHEST).all():
        raise BadStrokes("A point is a list of two finite numbers, [x, y].")
    return points.astype(np.float32).clip(-1, 2)
