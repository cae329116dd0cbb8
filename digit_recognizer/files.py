"""Reads files up to a size and writes them whole or not at all, whatever is in them."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


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
