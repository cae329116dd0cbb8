"""Shows a drawing as the network sees it, from the usual tutorial's way to this package's.

Each stage mends one fault of the stage before; the last is `preprocessing.to_pixels`. Knows nothing
about networks or pages.
"""

import numpy as np
from PIL import Image

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.ink.preprocessing import to_box, to_pixels

TUTORIAL_THRESHOLD = 75 / 255
"""Brightness below which pixels become 0 in the usual tutorial."""
STAGES = ("resized", "inverted", "boxed", "centred")


def stages(ink: np.ndarray) -> dict[str, np.ndarray]:
    """Make the network's input at each of the STAGES, in their order: float32 (28, 28) in [0, 1].

    ink: float32 (H, W) in [0, 1], ink 1, shown as dark ink on white paper.
    resized: the whole picture scaled to 28x28 and thresholded, its brightness taken as it is.
    inverted: the same with ink 1 and paper 0, as in MNIST. boxed: the box of the ink scaled to fit
    20x20 and put in the middle. centred: the centre of mass in the middle instead.
    Raises EmptyDrawing when there is no ink.
    """
    small = Image.fromarray(ink).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC)
    dark = np.asarray(small).clip(0, 1)
    return {
        "resized": _threshold(1 - dark),
        "inverted": _threshold(dark),
        "boxed": to_box(ink),
        "centred": to_pixels(ink),
    }


def _threshold(brightness: np.ndarray) -> np.ndarray:
    return np.where(brightness > TUTORIAL_THRESHOLD, brightness, np.float32(0))
