"""Keeps the log lines of native libraries, TensorFlow above all, off standard error."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_import() -> Iterator[None]:
    """Drop what C++ code writes to standard error meanwhile; exceptions pass as always.

    TensorFlow's first lines are written before it has read TF_CPP_MIN_LOG_LEVEL, so the variable
    alone does not silence them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
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
