"""Turns any picture into ink: a greyscale array, 0 paper and 1 ink.

Puts paper under transparent pictures, looks for the frame of an animation that has ink and for the
sheet of paper in a photo. Knows nothing about files, digits or networks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops

from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.decoding import WORKING_PIXELS, Picture, decode
from digit_recognizer.ink.frames import holds_writing, inside_frame, without_rim
from digit_recognizer.ink.paper import cut_margin, may_be_cut, separate_ink

MOST_FRAMES = 3
"""How many frames around each other are opened: a sheet on a table, a plot on it, and one more."""


@dataclass(frozen=True, eq=False)
class Scan:
    """The ink of a picture.

    inks: float32 (H, W) in [0, 1], ink 1. The first one is the likeliest; where the picture may be
        cut so close that paper is the minority, others follow: the same with a margin of paper, and
        with ink and paper exchanged. margins: the width of that margin for each, in pixels of ink.
    size: width and height of the picture as it is seen, in pixels.
    is_reduced: whether a finer ink can be had by scanning more pixels.
    """

    inks: tuple[np.ndarray, ...]
    margins: tuple[int, ...]
    size: tuple[int, int]
    is_reduced: bool

    def stored(self, dtype: type[np.floating]) -> Scan:
        """The same with ink of another precision: float16 takes half the memory of float32."""
        return replace(self, inks=tuple(ink.astype(dtype) for ink in self.inks))

    @property
    def scale(self) -> float:
        """Pixels of the picture for each pixel of ink."""
        height, width = self.inks[0].shape
        return max(self.size[0] / width, self.size[1] / height)


def to_ink(picture: Picture) -> np.ndarray:
    """Open a picture and separate the ink from the paper.

    picture: a path, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4).
    Returns float32 (H, W) in [0, 1], ink 1, of the likeliest way to see the picture; large pictures
    come back reduced. Raises what `scan` does.
    """
    return scan(picture).inks[0]


def scan(picture: Picture, pixels: int = WORKING_PIXELS) -> Scan:
    """Open a picture and find its ink in all ways in which it may be seen.

    picture: as for `to_ink`. pixels: the most that the ink may have. Of an animation, the first
    frame that has ink counts.
    Raises BadImage when it is no readable picture or too large, EmptyDrawing when there is no ink.
    """
    for frame in decode(picture, pixels):
        ink = _innermost_ink(_flatten(frame.image))
        ways = [] if ink is None else _ways_to_see(ink)
        if ways:
            inks, margins = zip(*ways, strict=True)
            return Scan(inks, margins, frame.size, frame.is_reduced)
    raise EmptyDrawing("There is no ink in this picture; use one with a dark digit on light paper.")


def _ways_to_see(ink: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """The inks that a picture may have, and the margin of each; none when all of it is a rim.

    The rim of a cut digit's paper looks like one that a scanner leaves, so it is looked at before.
    """
    rimless = without_rim(ink)
    ways = [(rimless, 0)] if (rimless > 0.5).any() else []
    if may_be_cut(ink):
        margin = cut_margin(ink)
        ways += [(np.pad(ink, margin), margin), (np.pad(1 - ink, margin), margin)]
    return ways


def _innermost_ink(colours: np.ndarray) -> np.ndarray | None:
    """The ink of float32 (H, W, C) colours, without the frames and sheets around it; (H, W)."""
    ink = separate_ink(colours)
    for _ in range(MOST_FRAMES):
        inside = None if ink is None else inside_frame(ink)
        if inside is None:
            break
        rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        part, is_inside = colours[box], inside[box][..., None]
        paper = np.median(part[inside[box]], axis=0)
        inner = separate_ink(np.where(is_inside, part, paper))
        if inner is None or not holds_writing(inner, inside[box]):
            break
        colours = np.where(inside[..., None], colours, paper)
        ink = np.zeros_like(ink)
        ink[box] = inner * inside[box]
    return ink


def _flatten(image: Image.Image) -> np.ndarray:
    """Turn mode L, RGB or RGBA into opaque float32 (H, W, 3), or (H, W, 1), in [0, 1]."""
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
    """The red channel of a picture whose three are alike, which takes a third of the work."""
    red, *others = image.split()
    alike = all(ImageChops.difference(red, other).getbbox() is None for other in others)
    return red if alike else None


def _backdrop(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The colour to put under a transparent picture, float32 (3,).

    When the opaque part is a drawing on paper of its own, that paper goes on; when it is ink of one
    colour, the backdrop is white or black, whichever sets it off.
    """
    opaque = colours[alpha > 0.5]
    if len(opaque) == 0:
        return np.ones(3, np.float32)
    if len(opaque) > 0.5 * alpha.size or opaque.mean(axis=1).std() > 0.25:
        return np.median(opaque, axis=0)
    return np.full(3, opaque.mean() < 0.5, np.float32)
