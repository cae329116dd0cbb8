"""Reads and writes files safely, arrays from strangers included.

Knows nothing about what files and arrays mean.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import numpy as np

MAX_ENTRIES = 100
_ENTRY = b"PK\x01\x02"


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of `path` at once when all went well.

    On any exception (a full disk is an OSError) what was at `path` stays as it was.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def print_any_name() -> None:
    """From now on, print what standard output cannot encode, names of files above all, as escapes.

    Standard error does so by itself.
    """
    with contextlib.suppress(AttributeError):  # not a text file: None, or somebody's replacement
        sys.stdout.reconfigure(errors="backslashreplace")


class UnreadableFile(Exception):
    """A file cannot be opened or read; the message is a clause that says why."""


def read_at_most(path: str | os.PathLike, limit: int) -> bytes | None:
    """The bytes of a file; None when there are more than `limit`. Raises UnreadableFile."""
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise UnreadableFile(reason) from error
    return None if len(content) > limit else content


class BadArrays(ValueError):
    """The arrays are not what was expected; the message is a clause that says why."""


def open_npz(content: bytes, max_bytes: int) -> np.lib.npyio.NpzFile:
    """The arrays by name, each read when it is asked for; nothing is unpickled.

    Raises BadArrays when they unpack to more than `max_bytes`, or are packed in a
    way that NumPy would not; zipfile, zlib and NumPy raise nearly anything else on hostile bytes,
    here and when an array is read.
    """
    import numpy as np

    # Before zipfile reads the list of entries, which takes it seconds for millions.
    if content.count(_ENTRY) > MAX_ENTRIES:
        raise BadArrays(f"it has more than {MAX_ENTRIES} arrays")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > max_bytes:
        raise BadArrays(f"it unpacks to more than {max_bytes >> 20} MB")
    # The sizes may lie; of these methods zipfile unpacks no more than they say.
    if {entry.compress_type for entry in entries} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise BadArrays("it is compressed by a method that NumPy does not use")
    return np.load(io.BytesIO(content), allow_pickle=False)
