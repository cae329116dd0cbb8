"""Trains networks with Keras: hyperparameters, events, data, the worker process and its line.

Importing this package, a config or an event loads no Keras; `load` does.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator

from digit_recognizer.errors import TensorFlowUnavailable

logger = logging.getLogger(__name__)


def load() -> None:
    """Import Keras and TensorFlow without their log lines on standard error.

    Modules that train (`fit`, `fine_tune`, `keras_mlp`, `augmentation`) are quiet to import
    afterwards. Raises TensorFlowUnavailable; the reason goes to the log, since it tells paths.
    """
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
