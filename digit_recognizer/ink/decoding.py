"""Opens any picture safely, frame by frame: small, upright, 8 bits a channel.

What would take too much memory or time is refused before it is decoded, and whatever a damaged file
does to a decoder becomes one error. Knows nothing about ink.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from digit_recognizer.errors import BadImage
from digit_recognizer.files import UnreadableFile, read_at_most
from digit_recognizer.ink.screening import is_laborious, jpeg_scans

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MAX_FILE_BYTES = 20 * 2**20
MAX_PIXELS = 64_000_000
USUAL_COST = 4
"""Bytes a pixel that decoding takes."""
COSTS = {"WEBP": 16, "GIF": 10}
"""The same for formats that take more, or as much time as if they did."""
TRANSPARENT_COST = BUFFERED_JPEG_COST = 8
"""The same for transparent pictures, and for JPEGs of several scans; of more scans than that, one
for each."""
MAX_COST = USUAL_COST * MAX_PIXELS
"""Bytes that decoding may take; of an animation, all frames together."""
MAX_RLE_BYTES, MAX_RLE_SIDE = 2**20, 2048
"""For run-length encoded BMPs, which Pillow unpacks in Python, up to 255 rows at once."""
RLE = (1, 2)
"""Their values of `compression`."""
MAX_FRAMES = 100
"""Frames of an animation that are looked at, fewer of large ones."""
WORKING_SIZE = 180
"""Larger pictures are reduced to at most this, their longer side in pixels."""
STRIP_PIXELS = 2_000_000
"""Pictures that must be converted are reduced in strips, for the memory's sake."""
UNKNOWN_FORMAT = "This is not a PNG, JPEG, GIF, WebP or BMP picture; use one of these formats."
DAMAGED = "The picture is damaged or incomplete; save it again as a PNG or JPEG."
TOO_LABORIOUS = "The picture takes too long to unpack; save it again as a PNG or JPEG."

Picture = str | os.PathLike | Image.Image | np.ndarray


def decode(picture: Picture) -> Iterator[Image.Image]:
    """The frames of a picture, at most WORKING_SIZE large; of mode L, RGB or RGBA.

    picture: a path, a PIL image, or a uint8 array (H, W), (H, W, 3) or (H, W, 4).
    Raises BadImage when it is no readable picture or too large.
    """
    image = _open(picture)
    try:
        for frame in _frames(image):
            yield _upright(_reduce(frame))
    except BadImage:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on hostile bytes
        raise BadImage(DAMAGED) from error


def _open(picture: Picture) -> Image.Image:
    if isinstance(picture, np.ndarray):
        return _from_array(picture)
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, (str, os.PathLike)):
        return _open_file(picture)
    raise BadImage(
        f"A {type(picture).__name__} is not a picture; give a path, a PIL image or an array."
    )


def _open_file(path: str | os.PathLike) -> Image.Image:
    try:
        content = read_at_most(path, MAX_FILE_BYTES)
    except UnreadableFile as error:
        raise BadImage(f"The picture cannot be opened: {error}.") from error
    if content is None:
        raise BadImage(f"The file is larger than {MAX_FILE_BYTES >> 20} MB; use a smaller picture.")
    if is_laborious(content, MAX_PIXELS, MAX_FRAMES):
        raise BadImage(TOO_LABORIOUS)
    try:
        # Not from the file itself: Pillow would leave it open.
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(MAX_PIXELS) from error
    except Exception as error:
        # Pillow takes some errors of a decoder's for a wrong format and lets others through.
        is_unknown = isinstance(error, UnidentifiedImageError)
        raise BadImage(UNKNOWN_FORMAT if is_unknown else DAMAGED) from error
    if image.format in ("JPEG", "MPO"):
        _prepare_jpeg(image, content)
    elif image.info.get("compression") in RLE and (
        len(content) > MAX_RLE_BYTES or max(image.size) > MAX_RLE_SIDE
    ):
        raise BadImage(TOO_LABORIOUS)
    return image


def _prepare_jpeg(image: Image.Image, content: bytes) -> None:
    """Read it at as small a size as the format offers, which takes no room for the whole."""
    scans = jpeg_scans(content)
    _check_size(image, max(BUFFERED_JPEG_COST, scans) if scans > 1 else USUAL_COST)
    image.draft(None, (WORKING_SIZE, WORKING_SIZE))


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
    """The frames that count; only the first of a JPEG's, the others are views of the same."""
    cost = COSTS.get(image.format, USUAL_COST)
    if image.format and image.has_transparency_data:
        cost = max(cost, TRANSPARENT_COST)
    spent = 0
    for number in range(1 if image.format == "MPO" else MAX_FRAMES):
        try:
            image.seek(number)
        except EOFError:
            return
        _check_size(image, cost)
        spent += image.width * image.height * cost
        if number and spent > MAX_COST:
            return
        yield image


def _check_size(image: Image.Image, cost: int) -> None:
    most = MAX_COST // cost
    if min(image.size) < 1 or image.width * image.height > most:
        raise _too_large(most)


def _too_large(most: int) -> BadImage:
    return BadImage(f"The picture is too large; use one of at most {most // 10**6} megapixels.")


def _reduce(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // WORKING_SIZE)
    if factor == 1:
        return _to_8_bit(image, _span(image))
    if image.mode in ("L", "RGB"):
        return image.reduce(factor)
    rows = factor * max(1, STRIP_PIXELS // (image.width * factor))
    span = _span(image)
    strips = [
        _to_8_bit(image.crop((0, top, image.width, min(top + rows, image.height))), span).reduce(
            factor
        )
        for top in range(0, image.height, rows)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for number, strip in enumerate(strips):
        whole.paste(strip, (0, number * rows // factor))
    whole.info = dict(image.info)
    return whole


def _span(image: Image.Image) -> tuple[float, float]:
    """The values of black and white in a picture of more than 8 bits."""
    if image.mode not in ("I", "F"):
        return 0, 255
    low, high = (float(np.nan_to_num(np.float32(value))) for value in image.getextrema())
    low = min(low, 0)
    return low, max(65535 if 255 < high <= 65535 else high, low + 1e-9)


def _to_8_bit(image: Image.Image, span: tuple[float, float]) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        low, high = span
        values = np.nan_to_num(np.asarray(image, np.float32)).astype(np.float64)
        shares = (values - low) / (high - low)
        return Image.fromarray((255 * shares.clip(0, 1)).astype(np.uint8))
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _upright(image: Image.Image) -> Image.Image:
    """A small picture, turned as its camera says; of mode L, RGB or RGBA."""
    image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode == "L" else image.convert("RGB")
