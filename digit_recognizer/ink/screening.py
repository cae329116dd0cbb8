"""Judges a picture file by its structure, before a decoder may work on it.

Formats allow files that keep a decoder busy for minutes over nothing: millions of empty chunks, a
comment of thousands of blocks, hundreds of passes over one picture. Pillow follows them all. Here
each part is counted in a loop that ends at the limit. Knows nothing about pixels.
"""

from collections.abc import Callable

MAX_PARTS = 20_000
"""Segments, chunks or extensions of a file; encoders write hundreds."""
MAX_BLOCKS = 200_000
"""Blocks of up to 255 bytes that a GIF's data come in; 20 MB take 80,000."""
MAX_COMMENT_BLOCKS = 1_000
"""Blocks of a GIF's comments, which Pillow joins one by one."""
MAX_SCANS = 64
"""Each scan of a JPEG goes through the whole picture; encoders write about ten."""


def is_laborious(content: bytes, max_pixels: int, max_frames: int) -> bool:
    """Whether a PNG, JPEG or GIF has more parts than any encoder writes; False for other bytes.

    Of a GIF the first `max_frames` are looked at, none of which may reach over `max_pixels`.
    """
    if content.startswith(b"GIF8"):
        return _is_laborious_gif(content, max_pixels, max_frames)
    if content.startswith(b"\x89PNG"):
        return _walk(content, 8, _after_chunk)[1] > MAX_PARTS
    if content.startswith(b"\xff\xd8"):
        return _walk(content, 2, _after_segment)[1] > MAX_PARTS or jpeg_scans(content) > MAX_SCANS
    return False


def jpeg_scans(content: bytes) -> int:
    """Scans of a JPEG, without those of a thumbnail before it, with those of pictures after it."""
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


def _palette_bytes(flags: bytes) -> int:
    value = int.from_bytes(flags)
    return 3 << ((value & 7) + 1) if value & 128 else 0
