"""MNIST: where it is looked for, how it is checked, how it is split.

Knows nothing about networks. Importing this module reads and downloads nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images uint8 (N, 28, 28), 0 paper and 255 ink, and labels uint8 (N,), in three splits.

    The validation split is the end of MNIST's training set; the test set is only ever reported.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    val_images: np.ndarray
    val_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_dataset(path: str | os.PathLike | None = None) -> Dataset:
    """MNIST from `path`, else $DIGIT_RECOGNIZER_MNIST, else Keras's cache, else a download."""
    raise NotImplementedError
