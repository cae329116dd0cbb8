"""Judges a picture file by its structure, before a decoder may work on it.

Formats allow files that keep a decoder busy for minutes over nothing: millions of empty chunks, a
comment of thousands of blocks, hundreds of passes over one picture, tags that repeat the whole
file. Pillow follows them all. Here each part is counted in a loop that ends at the limit. Knows
nothing about pixels.
"""

import struct
from collections.abc import Callable

MAX_PARTS = 20_000
"""Greatest number of segments, chunks or extensions of a file; encoders write hundreds."""
MAX_BLOCKS = 200_000
"""Greatest number of blocks of 255 bytes in a GIF; 20 MB take 80,000."""
MAX_COMMENT_BLOCKS = 1_000
"""Greatest number of blocks of a GIF's comments, which Pillow joins one by one."""
MAX_SCANS = 64
"""Greatest number of a JPEG's scans, each of the whole picture; encoders write about ten."""
MAX_TAGS = 500
"""Greatest number of tags in a TIFF's directory; cameras write some fifty."""
TIFF_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of a value of each TIFF type."""
TIFF_TILE_SIDES = (322, 323)
"""Tags that hold the width and the height of a TIFF's tiles."""
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")
MAX_BRANDS_BYTES = 256
"""How far into a file the list of its brands is looked at."""


def is_jpeg(content: bytes) -> bool:
    """Whether a file begins as JPEGs do."""
    return content.startswith(b"\xff\xd8\xff")


def is_heic(content: bytes) -> bool:
    """Whether a file is of the kind that iPhones save, for which Pillow has no decoder."""
    if content[4:8] != b"ftyp":
        return False
    brands = content[8 : min(int.from_bytes(content[:4]), MAX_BRANDS_BYTES)]
    has_avif = any(brand in brands for brand in AVIF_BRANDS)
    return not has_avif and any(brand in brands for brand in HEIC_BRANDS)


def is_laborious(content: bytes, max_pixels: int, max_frames: int) -> bool:
    """Whether a picture file has more parts than any encoder writes; False for unknown formats.

    Of a GIF or TIFF the first `max_frames` are looked at, of which no frame or tile may have more
    than `max_pixels`.
    """
    if content[:4] in (b"II*\0", b"MM\0*"):
        return _is_laborious_tiff(content, max_pixels, max_frames)
    if content[4:8] == b"ftyp":
        return _is_laborious_avif(content, max_pixels)
    if content.startswith(b"GIF8"):
        return _is_laborious_gif(content, max_pixels, max_frames)
    if content.startswith(b"\x89PNG"):
        return _walk(content, 8, _after_chunk)[1] > MAX_PARTS
    if content.startswith(b"\xff\xd8"):
        return _walk(content, 2, _after_segment)[1] > MAX_PARTS or jpeg_scans(content) > MAX_SCANS
    return False


def jpeg_scans(content: bytes) -> int:
    """Count a JPEG's scans, with those of pictures after it but without a thumbnail's before it."""
    start, _ = _walk(content, 2, _after_segment)
    return content.count(b"\xff\xda", start)


def _walk(content: bytes, place: int, after: Callable[[bytes, int], int | None]) -> tuple[int, int]:
    """Go from part to part until there is none; returns where that was and how many there were."""
    parts = 0
    while place < len(content) and parts <= MAX_PARTS and (end := after(content, place)):
        place = end
        parts += 1
    return place, parts


def _after_chunk(content: bytes, place: int) -> int | None:
    """The place after a PNG's chunk; None at the last one."""
    if content[place + 4 : place + 8] == b"IEND":
        return None
    return place + 12 + int.from_bytes(content[place : place + 4])


def _after_segment(content: bytes, place: int) -> int | None:
    """The place after a JPEG's segment or a byte of padding; None at the first scan."""
    marker = content[place : place + 2]
    if marker == b"\xff\xda":
        return None
    if marker[:1] != b"\xff" or marker in (b"\xff\xff", b"\xff\x00"):
        return place + 1
    return place + 2 + max(2, int.from_bytes(content[place + 2 : place + 4]))


def _is_laborious_gif(content: bytes, max_pixels: int, max_frames: int) -> bool:
    place = 13 + _palette_bytes(content[10:11])
    frames = parts = blocks = comments = 0
    while place < len(content) and frames <= max_frames:
        kind = content[place : place + 1]
        if kind == b";":
            return False
        is_comment = content[place : place + 2] == b"!\xfe"
        if kind == b",":
            left, top, width, height = (
                int.from_bytes(content[place + at : place + at + 2], "little")
                for at in (1, 3, 5, 7)
            )
            if (left + width) * (top + height) > max_pixels:
                return True
            frames += 1
            place += 11 + _palette_bytes(content[place + 9 : place + 10])
        else:
            place += 2 if kind == b"!" else 1
        parts += 1
        while kind in b",!" and (size := int.from_bytes(content[place : place + 1])):
            place += 1 + size
            blocks += 1
            comments += is_comment
            if blocks > MAX_BLOCKS or comments > MAX_COMMENT_BLOCKS:
                return True
        place += kind in b",!"
        if parts > MAX_PARTS:
            return True
    return False


def _is_laborious_tiff(content: bytes, max_pixels: int, max_frames: int) -> bool:
    order = "<" if content.startswith(b"II") else ">"
    (place,) = struct.unpack_from(order + "I", content, 4) if len(content) >= 8 else (0,)
    spent = 0
    for _ in range(max_frames + 1):
        if not 0 < place <= len(content) - 2:
            return False
        (tags,) = struct.unpack_from(order + "H", content, place)
        end = place + 2 + 12 * tags
        if tags > MAX_TAGS:
            return True
        tile = 1
        for start in range(place + 2, min(end, len(content) - 11), 12):
            tag, kind, count, value = struct.unpack_from(order + "HHII", content, start)
            size = TIFF_BYTES.get(kind, 1)
            spent += size * count
            # Strips and tiles are lists of numbers, over which Pillow loops in Python.
            if size in (2, 4) and count > MAX_PARTS:
                return True
            if tag in TIFF_TILE_SIDES:
                tile *= value >> 16 if order == ">" and size == 2 else value
        # Tags may all point at the same bytes, of which Pillow keeps a copy for each.
        if spent > 2 * len(content) or tile > max_pixels:
            return True
        (place,) = (
            struct.unpack_from(order + "I", content, end) if end + 4 <= len(content) else (0,)
        )
    return False


def _is_laborious_avif(content: bytes, max_pixels: int) -> bool:
    """Whether a box that says how large an image or tile is says too much."""
    place = parts = 0
    while (place := content.find(b"ispe", place) + 4) > 4 - 1 and parts <= MAX_PARTS:
        width, height = (int.from_bytes(content[place + at : place + at + 4]) for at in (4, 8))
        if width * height > max_pixels:
            return True
        parts += 1
    return parts > MAX_PARTS


def _palette_bytes(flags: bytes) -> int:
    value = int.from_bytes(flags)
    return 3 << ((value & 7) + 1) if value & 128 else 0
