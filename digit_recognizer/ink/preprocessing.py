"""Turns ink into the network's 28x28 input, the way MNIST was made.

The box of the ink is scaled to fit 20x20 pixels, and its centre of mass goes to the centre of 28x28
(http://yann.lecun.com/exdb/mnist/). Both happen in one soft resampling, because the distorted
digits that networks learn from are resampled twice and therefore soft. Marks that do not belong to
the digit are left out, and very thin or thick pens are brought near MNIST's. Knows nothing about
files, colours or networks.
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
MASS_CENTRE = IMAGE_SIZE / 2
"""Place of the centre of mass along either axis, in pixels counted from 0: measured on MNIST."""
BOX_CENTRE = (IMAGE_SIZE - 1) / 2
"""The same for the middle of the box, where that is centred."""
SOFTNESS = 1.8
"""Half the width, in pixels, of the triangle that each pixel averages the ink with. Distorted
training images are as soft; of people's drawings the network reads 98.1 % at 1.0 (a plain
reduction), 98.5 % from 1.8 to 2.2; MNIST and printed digits are read best at 1.8."""


def to_pixels(ink: np.ndarray) -> np.ndarray:
    """Prepare one digit for the network.

    ink: float32 (H, W) in [0, 1], ink 1. Returns float32 (28, 28) in [0, 1].
    Raises EmptyDrawing when there is no ink.
    """
    return to_pixels_whole(keep_writing(ink))


def to_pixels_whole(ink: np.ndarray) -> np.ndarray:
    """Prepare ink that belongs to one digit entirely (see `to_pixels`)."""
    digit = _with_usual_pen(ink)
    return _resample(digit, _centre_of_mass(digit), MASS_CENTRE)


def to_box(ink: np.ndarray) -> np.ndarray:
    """Prepare one digit with the middle of its box, not its mass, in the middle (see `to_pixels`).

    This is the last step but one of the lesson that `stages` shows.
    """
    digit = _with_usual_pen(keep_writing(ink))
    height, width = digit.shape
    return _resample(digit, ((height - 1) / 2, (width - 1) / 2), BOX_CENTRE)


def fit_and_centre(ink: np.ndarray) -> np.ndarray:
    """Take the last step only, for ink whose pen is known to be usual (see `to_pixels`)."""
    digit = _crop(ink)
    return _resample(digit, _centre_of_mass(digit), MASS_CENTRE)


def stroke_width(ink: np.ndarray) -> float:
    """Measure the mean width in pixels of the strokes in float32 (H, W) ink.

    A stroke of length l and width w has the area l * w, and an outline of about 2 * l, which is the
    total variation of the ink.
    """
    padded = with_margin(ink)
    down, right = np.diff(padded, axis=0)[:, :-1], np.diff(padded, axis=1)[:-1]
    outline = float(np.hypot(down, right).sum())
    return 2 * float(ink.sum()) / max(outline, 1e-9)


def _with_usual_pen(ink: np.ndarray) -> np.ndarray:
    """Cut the digit out and, where its pen is unusual, change it."""
    digit = _crop(ink)
    detailed = _fit(digit, DETAILED_SIZE)
    steps = _pen_steps(stroke_width(detailed) * DIGIT_SIZE / DETAILED_SIZE)
    return _crop(_change_pen(detailed, steps)) if steps else digit


def _crop(ink: np.ndarray) -> np.ndarray:
    is_ink = ink >= MARK_THRESHOLD
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    if len(rows) == 0:
        raise EmptyDrawing("There is nothing to read: no ink was found.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(ink: np.ndarray, size: int) -> np.ndarray:
    """Scale (H, W) with antialiasing so that its longer side becomes `size`."""
    height, width = ink.shape
    scale = size / max(height, width)
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    if shape == (width, height):
        return ink
    image = Image.fromarray(ink).resize(
        shape, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    )
    return np.asarray(image).clip(0, 1)


def _centre_of_mass(digit: np.ndarray) -> tuple[float, float]:
    height, width = digit.shape
    mass = digit.sum()
    row = float(digit.sum(axis=1) @ np.arange(height) / mass)
    column = float(digit.sum(axis=0) @ np.arange(width) / mass)
    return row, column


def _resample(digit: np.ndarray, centre: tuple[float, float], place: float) -> np.ndarray:
    """Scale the digit's longer side to 20 pixels, with `centre` at `place` of 28x28 on both axes.

    No part of the digit is cut off for it. As in `training.augmentation`, resampling is one matrix
    product along each axis.
    """
    scale = max(digit.shape) / DIGIT_SIZE
    reach = max(SOFTNESS * scale, 1)

    def weights(length: int, middle: float) -> np.ndarray:
        farthest = (place + 0.5) * scale - 0.5
        middle = max(min(middle, farthest), length - 0.5 - (IMAGE_SIZE - 0.5 - place) * scale)
        sources = (np.arange(IMAGE_SIZE) - place) * scale + middle
        distances = np.abs(sources[:, None] - np.arange(length))
        return (np.maximum(1 - distances / reach, 0) / reach).astype(np.float32)

    rows, columns = (weights(*side) for side in zip(digit.shape, centre, strict=True))
    return (rows @ digit @ columns.T).clip(0, 1)


def _pen_steps(width: float) -> int:
    """Count the pixels by which strokes of the detailed size should grow or, < 0, shrink a side."""
    nearest = min(max(width, STROKE_WIDTHS[0]), STROKE_WIDTHS[1])
    return round((nearest - width) / 2 * DETAILED_SIZE / DIGIT_SIZE)


def _change_pen(ink: np.ndarray, steps: int) -> np.ndarray:
    """Thicken (steps > 0) or thin strokes of (H, W) ink by `steps` pixels on each side."""
    extreme = np.maximum if steps > 0 else np.minimum
    changed = extreme_around(extreme, with_margin(ink, max(1, steps)), abs(steps))
    level = np.quantile(changed[changed > changed.max() / 2], 0.5)
    return (changed / level).clip(0, 1)
