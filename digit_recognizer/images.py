"""Any picture becomes ink: a greyscale array, 0 paper and 1 ink.

Opens files safely and levels out formats, palettes, transparency and orientation. Knows nothing
about digits or networks.
"""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageChops, ImageOps, ImageSequence, UnidentifiedImageError

from digit_recognizer.errors import BadImage, EmptyDrawing
from digit_recognizer.paper import separate_ink

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MAX_FILE_BYTES = 20 * 2**20
MAX_PIXELS = 64_000_000
MAX_FRAMES = 100
"""Frames of an animation that are searched for ink, fewer of large ones."""
WORKING_SIZE = 180
"""Larger pictures are reduced to at most this, their longer side in pixels."""
TOO_MANY_PIXELS = f"The picture is too large; use one of at most {MAX_PIXELS // 10**6} megapixels."

Picture = str | os.PathLike | Image.Image | np.ndarray


def to_ink(picture: Picture) -> np.ndarray:
    """Open a picture and separate the ink from the paper.

    picture: a path, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4).
    Returns float32 (H, W) in [0, 1], ink 1; large pictures come back reduced. Of an animation, the
    first frame that has ink counts.
    Raises BadImage when it is no readable picture or too large, EmptyDrawing when there is no ink.
    """
    try:
        for frame in _frames(_open(picture)):
            ink = separate_ink(_flatten(frame))
            if ink is not None:
                return ink
    except (BadImage, EmptyDrawing):
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on hostile bytes
        raise BadImage(
            "The picture is damaged or incomplete; save it again as a PNG or JPEG."
        ) from error
    raise EmptyDrawing("There is no ink in this picture; use one with a dark digit on light paper.")


def _open(picture: Picture) -> Image.Image:
    """A picture whose size is known to be fit to decode."""
    if isinstance(picture, np.ndarray):
        return _from_array(picture)
    if isinstance(picture, Image.Image):
        image = picture
    elif isinstance(picture, (str, os.PathLike)):
        image = _open_file(picture)
    else:
        raise BadImage(
            f"A {type(picture).__name__} is no picture; give a path, a PIL image or an array."
        )
    if min(image.size) < 1 or image.width * image.height > MAX_PIXELS:
        raise BadImage(TOO_MANY_PIXELS)
    return image


def _open_file(path: str | os.PathLike) -> Image.Image:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise BadImage(
                f"The file is larger than {MAX_FILE_BYTES >> 20} MB; use a smaller picture."
            )
        # Not from the file itself: Pillow would leave it open.
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise BadImage(
            "This is no PNG, JPEG, GIF, WebP or BMP picture; use one of these."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage(TOO_MANY_PIXELS) from error
    except BadImage:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise BadImage(f"The picture cannot be opened: {reason}.") from error
    if image.format == "JPEG" and image.width * image.height <= MAX_PIXELS:
        image.draft(None, (WORKING_SIZE, WORKING_SIZE))
    return image


def _from_array(array: np.ndarray) -> Image.Image:
    channels = array.shape[2:] if array.ndim == 3 else (1,)
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels[0] not in (1, 3, 4):
        raise BadImage(
            f"The array is {array.dtype} {array.shape}; "
            "expected uint8 (H, W), (H, W, 3) or (H, W, 4)."
        )
    if array.size == 0 or array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise BadImage(f"The array has shape {array.shape}; it is empty or too large.")
    return Image.fromarray(array.squeeze(2) if channels[0] == 1 and array.ndim == 3 else array)


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    frames = min(MAX_FRAMES, MAX_PIXELS // (image.width * image.height))
    return itertools.islice(ImageSequence.Iterator(image), frames)


def _flatten(image: Image.Image) -> np.ndarray:
    """Upright, reduced, without transparency: float32 (H, W, 3), or (H, W, 1), in [0, 1]."""
    image = _reduce(_to_8_bit(image))
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 255:
            pixels = np.asarray(image, np.float32) / 255
            colours, alpha = pixels[..., :3], pixels[..., 3:]
            return colours * alpha + _backdrop(colours, alpha[..., 0]) * (1 - alpha)
    grey = image.convert("L") if image.mode in ("L", "LA") else _only_channel(image.convert("RGB"))
    if grey is not None:
        return np.asarray(grey, np.float32)[..., None] / 255
    return np.asarray(image.convert("RGB"), np.float32) / 255


def _only_channel(image: Image.Image) -> Image.Image | None:
    """The red channel of a picture whose three are alike: a third of the work."""
    red, *others = image.split()
    alike = all(ImageChops.difference(red, other).getbbox() is None for other in others)
    return red if alike else None


def _to_8_bit(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        span = 65535 if image.mode.startswith("I;16") or 255 < high <= 65535 else high
        values = (values - min(low, 0)) * (255 / max(span - min(low, 0), 1e-9))
        return Image.fromarray(values.clip(0, 255).astype(np.uint8))
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _reduce(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // WORKING_SIZE)
    return image.reduce(factor) if factor > 1 else image


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
