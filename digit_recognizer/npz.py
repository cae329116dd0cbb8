"""Reads arrays from an `.npz` that anyone may have made; knows nothing about what they mean."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MAX_ENTRIES = 100
_ENTRY = b"PK\x01\x02"


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
