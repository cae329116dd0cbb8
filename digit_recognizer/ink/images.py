"""Any picture becomes ink: a greyscale array, 0 paper and 1 ink.

Puts paper under transparent pictures and looks for the frame with ink. Knows nothing about files,
digits or networks.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.decoding import Picture, decode
from digit_recognizer.ink.paper import separate_ink


def to_ink(picture: Picture) -> np.ndarray:
    """Open a picture and separate the ink from the paper.

    picture: a path, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4).
    Returns float32 (H, W) in [0, 1], ink 1; large pictures come back reduced. Of an animation, the
    first frame that has ink counts.
    Raises BadImage when it is no readable picture or too large, EmptyDrawing when there is no ink.
    """
    for frame in decode(picture):
        ink = separate_ink(_flatten(frame))
        if ink is not None:
            return ink
    raise EmptyDrawing("There is no ink in this picture; use one with a dark digit on light paper.")


def _flatten(image: Image.Image) -> np.ndarray:
    """Of mode L, RGB or RGBA, without transparency: float32 (H, W, 3), or (H, W, 1), in [0, 1]."""
    if image.mode == "RGBA":
        if image.getextrema()[3][0] < 255:
            pixels = np.asarray(image, np.float32) / 255
            colours, alpha = pixels[..., :3], pixels[..., 3:]
            return colours * alpha + _backdrop(colours, alpha[..., 0]) * (1 - alpha)
        image = image.convert("RGB")
    grey = image if image.mode == "L" else _only_channel(image)
    if grey is not None:
        return np.asarray(grey, np.float32)[..., None] / 255
    return np.asarray(image, np.float32) / 255


def _only_channel(image: Image.Image) -> Image.Image | None:
    """The red channel of a picture whose three are alike: a third of the work."""
    red, *others = image.split()
    alike = all(ImageChops.difference(red, other).getbbox() is None for other in others)
    return red if alike else None


def _backdrop(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The colour to put under a transparent picture, float32 (3,).

    When the opaque part is a drawing on paper of its own, that paper goes on; when it is one
    colour of ink, whichever of white and black sets it off.
    """
    opaque = colours[alpha > 0.5]
    if len(opaque) == 0:
        return np.ones(3, np.float32)
    if len(opaque) > 0.5 * alpha.size or opaque.mean(axis=1).std() > 0.25:
        return np.median(opaque, axis=0)
    return np.full(3, opaque.mean() < 0.5, np.float32)
