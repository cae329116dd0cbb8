"""Trains networks with Keras: hyperparameters, events, data, the worker process and its line.

Importing this package, a config or an event loads no Keras; `load` does.
"""

import contextlib
import ctypes
import logging
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from digit_recognizer.errors import TensorFlowUnavailable

logger = logging.getLogger(__name__)
CPUINFO = Path("/proc/cpuinfo")
PF_AVX_INSTRUCTIONS_AVAILABLE = 39
"""Of Windows' IsProcessorFeaturePresent."""


def load() -> None:
    """Import Keras and TensorFlow without their log lines on standard error.

    Modules that train (`fit`, `fine_tune`, `keras_mlp`, `augmentation`) are quiet to import
    afterwards. Raises TensorFlowUnavailable; the reason goes to the log, since it tells paths.
    """
    if _lacks_avx():
        raise TensorFlowUnavailable(
            "TensorFlow needs a processor with AVX, which this one has not, "
            "so no network can be trained."
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with _native_errors_dropped():
            import keras  # noqa: F401
            import tensorflow  # noqa: F401
    except ModuleNotFoundError as error:
        logger.warning("%s", error)
        raise TensorFlowUnavailable(
            "TensorFlow is not installed, so no network can be trained; install it with: "
            'pip install -r requirements.txt, or as an extra: pip install ".[train]"'
        ) from error
    except Exception as error:  # of a broken library nearly anything
        logger.warning("TensorFlow cannot be loaded: %s", error)
        raise TensorFlowUnavailable(
            "TensorFlow cannot be loaded on this machine, so no network can be trained; "
            "the program's log says why."
        ) from error


def _lacks_avx() -> bool:
    """Whether importing TensorFlow would end the process; False where that cannot be told."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    if sys.platform == "win32":
        return not ctypes.windll.kernel32.IsProcessorFeaturePresent(PF_AVX_INSTRUCTIONS_AVAILABLE)
    try:
        return "avx" not in CPUINFO.read_text().split()
    except OSError:
        return False


@contextlib.contextmanager
def _native_errors_dropped() -> Iterator[None]:
    """Drop lines that C++ code writes to standard error.

    TensorFlow writes its first lines before it reads TF_CPP_MIN_LOG_LEVEL, so the variable alone
    does not silence them.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
