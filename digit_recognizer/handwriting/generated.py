"""Generated digits and scribbles for training, drawn in chunks and cached.

Knows nothing about networks and data sets.
"""

from functools import cache

import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.handwriting.digits import draw_digits
from digit_recognizer.handwriting.scribbles import draw_scribbles

CHUNK_SIZE = 500
"""Digits in a chunk. Drawing them and their scribbles takes about 0.45 s."""
SCRIBBLES_PER_DIGIT = 0.5
"""Any value near this serves."""
SEED = 0
"""With a chunk's number, the seed of its random numbers."""


def generated_images(count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` generated digits, followed by their scribbles; the same in every process.

    Returns images uint8 (N, 28, 28), ink 255, and labels uint8 (N,), NUM_CLASSES for a scribble.
    """
    chunks = [draw_chunk(number) for number in chunk_numbers(max(1, count))]
    digits = np.concatenate([digits for digits, _, _ in chunks])[:count]
    labels = np.concatenate([labels for _, labels, _ in chunks])[:count]
    scribbles = np.concatenate([scribbles for _, _, scribbles in chunks])
    scribbles = scribbles[: image_count(count) - count]
    return (
        np.concatenate([digits, scribbles]),
        np.concatenate([labels, np.full(len(scribbles), NUM_CLASSES, np.uint8)]),
    )


def image_count(digits: int) -> int:
    """How many images `generated_images` returns."""
    return digits + round(SCRIBBLES_PER_DIGIT * digits)


def chunk_numbers(count: int) -> range:
    """Numbers of the chunks that hold the first `count` digits."""
    return range(-(-count // CHUNK_SIZE))


@cache
def draw_chunk(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits uint8 (CHUNK_SIZE, 28, 28), their labels, and scribbles uint8 (N, 28, 28), ink 255."""
    rng = np.random.default_rng([SEED, number])
    digits, labels = draw_digits(CHUNK_SIZE, rng)
    return digits, labels, draw_scribbles(round(SCRIBBLES_PER_DIGIT * CHUNK_SIZE), rng)
