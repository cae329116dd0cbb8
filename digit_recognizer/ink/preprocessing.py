"""Ink becomes the network's 28x28 input, the way MNIST was made.

The box of the ink is scaled to fit 20x20 pixels with antialiasing, and the centre of mass goes to
the centre of 28x28 (http://yann.lecun.com/exdb/mnist/). Specks and lines that are no part of the
digit are left out, and very thin or thick pens are brought near MNIST's. Knows nothing about files,
colours or networks.
"""

import numpy as np
from PIL import Image

from digit_recognizer.constants import DIGIT_SIZE, IMAGE_SIZE
from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.marks import MARK_THRESHOLD, keep_writing
from digit_recognizer.ink.morphology import extreme_around, with_margin

DETAILED_SIZE = 80
"""Side of the box in which pens are measured and changed, in pixels."""
STROKE_WIDTHS = (1.7, 4.2)
"""Mean stroke widths of a digit 20 pixels large; nineteen in twenty of MNIST's lie between."""


def to_pixels(ink: np.ndarray) -> np.ndarray:
    """Prepare one digit for the network.

    ink: float32 (H, W) in [0, 1], ink 1. Returns float32 (28, 28) in [0, 1].
    Raises EmptyDrawing when there is no ink.
    """
    return to_pixels_whole(keep_writing(ink))


def to_pixels_whole(ink: np.ndarray) -> np.ndarray:
    """As `to_pixels`, for ink all of which belongs to the digit."""
    return _centre(_to_box(ink))


def to_box(ink: np.ndarray) -> np.ndarray:
    """All steps but the last: the digit cut out and scaled, not yet centred.

    ink: float32 (H, W) in [0, 1], ink 1. Returns float32 in [0, 1], its longer side 20 pixels.
    Raises EmptyDrawing when there is no ink.
    """
    return _to_box(keep_writing(ink))


def fit_and_centre(ink: np.ndarray) -> np.ndarray:
    """The last step, as MNIST was made: float32 (H, W) ink to float32 (28, 28), both in [0, 1].

    Raises EmptyDrawing when there is no ink.
    """
    return _centre(_fit(_crop(ink), DIGIT_SIZE))


def stroke_width(ink: np.ndarray) -> float:
    """Mean width in pixels of the strokes in float32 (H, W) ink.

    A stroke of length l and width w has the area l * w, and an outline of about 2 * l, which is the
    total variation of the ink.
    """
    padded = with_margin(ink)
    down, right = np.diff(padded, axis=0)[:, :-1], np.diff(padded, axis=1)[:-1]
    outline = float(np.hypot(down, right).sum())
    return 2 * float(ink.sum()) / max(outline, 1e-9)


def _to_box(ink: np.ndarray) -> np.ndarray:
    digit = _crop(ink)
    detailed = _fit(digit, DETAILED_SIZE)
    steps = _pen_steps(stroke_width(detailed) * DIGIT_SIZE / DETAILED_SIZE)
    if steps:
        digit = _crop(_change_pen(detailed, steps))
    return _fit(digit, DIGIT_SIZE)


def _crop(ink: np.ndarray) -> np.ndarray:
    is_ink = ink >= MARK_THRESHOLD
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    if len(rows) == 0:
        raise EmptyDrawing("There is nothing to read: no ink was found.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(ink: np.ndarray, size: int) -> np.ndarray:
    """Scale (H, W) with antialiasing so that the longer side becomes `size`."""
    height, width = ink.shape
    scale = size / max(height, width)
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    if shape == (width, height):
        return ink
    image = Image.fromarray(ink).resize(
        shape, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    )
    return np.asarray(image).clip(0, 1)


def _centre(digit: np.ndarray) -> np.ndarray:
    """Place a digit of at most 20x20 so that its centre of mass is at the centre of 28x28."""
    height, width = digit.shape
    mass = digit.sum()
    row = (digit.sum(axis=1) @ np.arange(height)) / mass
    column = (digit.sum(axis=0) @ np.arange(width)) / mass
    middle = IMAGE_SIZE / 2  # measured on MNIST: its centres of mass lie at (14, 14), from 0
    top = int(np.clip(round(middle - row), 0, IMAGE_SIZE - height))
    left = int(np.clip(round(middle - column), 0, IMAGE_SIZE - width))
    pixels = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32)
    pixels[top : top + height, left : left + width] = digit
    return pixels


def _pen_steps(width: float) -> int:
    """By how many pixels of the detailed size strokes should grow on each side (or shrink, < 0)."""
    nearest = min(max(width, STROKE_WIDTHS[0]), STROKE_WIDTHS[1])
    return round((nearest - width) / 2 * DETAILED_SIZE / DIGIT_SIZE)


def _change_pen(ink: np.ndarray, steps: int) -> np.ndarray:
    """Thicken (steps > 0) or thin strokes of (H, W) ink by `steps` pixels on each side."""
    extreme = np.maximum if steps > 0 else np.minimum
    changed = extreme_around(extreme, with_margin(ink, max(1, steps)), abs(steps))
    level = np.quantile(changed[changed > changed.max() / 2], 0.5)
    return (changed / level).clip(0, 1)
