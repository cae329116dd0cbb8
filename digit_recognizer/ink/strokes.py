"""Drawings as strokes: checks what a browser sends, and renders it to ink.

A stroke is a float32 (N, 2) array of x, y points with N >= 1; x grows to the right, y downwards,
and the sheet is the unit square. Knows nothing about pages and networks.
"""

import numpy as np
from PIL import Image, ImageDraw

from digit_recognizer.constants import PEN_WIDTH
from digit_recognizer.errors import BadStrokes, EmptyDrawing

MAX_STROKES = 500
MAX_POINTS = 20_000
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
    types, numbers that are not finite, and too many strokes or points.
    """
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_STROKES:
        raise BadStrokes(f"A drawing is a list of at most {MAX_STROKES} strokes.")
    strokes = []
    points = 0
    for stroke in value:
        if not isinstance(stroke, list) or not stroke:
            raise BadStrokes("A stroke is a list of at least one [x, y] point.")
        points += len(stroke)
        if points > MAX_POINTS:
            raise BadStrokes(f"A drawing has at most {MAX_POINTS} points.")
        if not all(_is_point(point) for point in stroke):
            raise BadStrokes("A point is a list of two finite numbers, [x, y].")
        strokes.append(np.clip(np.array(stroke, np.float32), -1, 2))
    return strokes


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


def _is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(isinstance(number, (int, float)) for number in point)
        and all(-FARTHEST < number < FARTHEST for number in point)
    )
