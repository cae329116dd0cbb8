"""A folder for uploads and downloads that belongs to this process alone, and what clears it.

Knows nothing about Gradio but the variable that names the folder, so it imports at once.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where an open file, and so its folder, cannot be deleted
    fcntl = None

VARIABLE = "GRADIO_TEMP_DIR"
PREFIX = "digit-recognizer-"
LOCK = ".lock"
MAX_AGE = 3600
"""Seconds that a file stays: a tab may show its picture again, or save its network later."""
SWEEP_SECONDS = 600
"""Any value well below MAX_AGE serves."""
TRIES = 10
"""A process that starts now may remove a new folder before it is locked; not ten in a row."""
_log = logging.getLogger(__name__)


class OwnFolder:
    """A locked folder of mode 700, inside $GRADIO_TEMP_DIR or the system's temporary folder.

    Made at the start, named in $GRADIO_TEMP_DIR from then on, removed by `close`. Raises OSError
    when it cannot be written. Folders that former processes of this account left are removed.
    """

    def __init__(self):
        place = Path(os.environ.get(VARIABLE) or tempfile.gettempdir()).resolve()
        place.mkdir(parents=True, exist_ok=True)
        for _ in range(TRIES):
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            self._lock = _locked(self.path)
            if self._lock >= 0:
                break
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            raise OSError(f"no file can be locked in {place}")
        for other in place.glob(f"{PREFIX}*"):
            if other != self.path:
                _remove_if_left(other)
        os.environ[VARIABLE] = str(self.path)
        self._closed = threading.Event()
        threading.Thread(target=self._keep_clean, daemon=True).start()

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        self._closed.set()
        os.close(self._lock)
        shutil.rmtree(self.path, ignore_errors=True)

    def _keep_clean(self) -> None:
        seen = {}
        while not self._closed.wait(SWEEP_SECONDS):
            try:
                seen = sweep(self.path, seen)
            except Exception as error:
                _log.warning("Old files could not be deleted: %r", error)


def sweep(
    folder: Path, seen: Mapping[Path, tuple[int, float]], max_age: float = MAX_AGE
) -> dict[Path, tuple[int, float]]:
    """Delete what has lain in `folder` unchanged for `max_age` seconds, and folders left empty.

    Returns what is left, for the next sweep's `seen`: when each path was changed last, in ns, and
    when a sweep first found it so. Ages are counted from there, since the file system's clock can
    be set.
    """
    now, left = time.monotonic(), {}
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder, before the folder
        with suppress(OSError):  # gone, or a folder that is not empty
            changed = path.lstat().st_ctime_ns
            found = seen.get(path, (changed, now))
            left[path] = found if found[0] == changed else (changed, now)
            if path.name != LOCK and now - left[path][1] >= max_age:
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
                del left[path]
    return left


def _locked(folder: Path) -> int:
    """A descriptor that holds the folder's lock; -1 if another process holds it, or none can."""
    try:
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return -1
    try:
        if fcntl:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (folder / LOCK).exists():
            return handle
    except OSError:
        pass
    os.close(handle)
    return -1


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        if folder.is_symlink() or (fcntl and folder.stat().st_uid != os.getuid()):
            return
        if fcntl is None:
            (folder / LOCK).unlink(missing_ok=True)  # fails while a process holds it open
            shutil.rmtree(folder, ignore_errors=True)
        elif (handle := _locked(folder)) >= 0:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
