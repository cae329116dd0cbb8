"""Finds MNIST, checks it and splits it; generates a data set when MNIST cannot be had.

Knows nothing about networks. Importing this module reads and downloads nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import logging
import os
import queue
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.errors import DatasetUnavailable
from digit_recognizer.files import BadArrays, UnreadableFile, open_npz, read_at_most, replacing
from digit_recognizer.training.config import DATA_VARIABLE, VALIDATION_SIZE
from digit_recognizer.training.events import Download

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)

Progress = Callable[[Download], None]

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Checksum of the file at MNIST_URL, from keras/src/datasets/mnist.py."""
DOWNLOAD_SECONDS = 30
"""Seconds that a download may take in all; a line of 3 Mbit/s does it."""
CHUNK = 2**18
"""Bytes of a download between two reports of its progress. Any value near this serves."""
MAX_FILE_BYTES = 256 * 2**20
"""Size limit of a file, packed and unpacked: five times MNIST's."""
TRAINING_SIZE = 60_000
MIN_TRAINING_IMAGES = 12
"""The smallest training set with a twelfth to validate on."""
GENERATED_SIZE = 30_000
"""Number of images in the generated data set. Half of MNIST's: drawing them takes about 20 s."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images uint8 (N, 28, 28), 0 paper and 255 ink, and labels uint8 (N,), in three splits.

    The validation split is the end of MNIST's training set. The test set serves reports only.
    `note` is a sentence for people if the digits are not MNIST's, and empty otherwise.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    val_images: np.ndarray
    val_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    note: str = ""


def _tell_nobody(event: Download) -> None:
    pass


def load_or_generate(
    path: str | os.PathLike | None = None, progress: Progress = _tell_nobody
) -> Dataset:
    """MNIST as `load_dataset` finds it, or a generated data set if no download succeeds.

    Raises DatasetUnavailable if the user names a file (with `path` or $DIGIT_RECOGNIZER_MNIST) that
    cannot be used: nothing else replaces it.
    """
    if path or os.environ.get(DATA_VARIABLE):
        return load_dataset(path)
    try:
        return load_dataset(progress=progress)
    except DatasetUnavailable as error:
        note = f"Training on generated handwriting instead of MNIST. {error}"
        return generated_dataset(note, GENERATED_SIZE)


def generated_dataset(note: str, count: int) -> Dataset:
    """`count` generated digits, always the same; a twelfth validates, another twelfth tests."""
    import numpy as np

    from digit_recognizer.handwriting.digits import draw_digits

    images, labels = draw_digits(count, np.random.default_rng(1))
    share = count // 12
    train, val, test = slice(2 * share, None), slice(share), slice(share, 2 * share)
    return Dataset(
        images[train], labels[train], images[val], labels[val], images[test], labels[test], note
    )


def load_dataset(
    path: str | os.PathLike | None = None,
    *,
    download: bool = True,
    progress: Progress = _tell_nobody,
) -> Dataset:
    """MNIST from `path`, else $DIGIT_RECOGNIZER_MNIST, else Keras's cache, else a download.

    The file is an `.npz` with `x_train`, `y_train`, `x_test`, `y_test`. The last 5,000 training
    images validate, or the last twelfth of fewer than 60,000. A download goes into Keras's cache
    and replaces a damaged file there; `progress` receives its events. Raises DatasetUnavailable if
    there is no file, if a file that the user names is not in this layout, or if `download` is False
    and nothing else is left.
    """
    path = path or os.environ.get(DATA_VARIABLE)
    if path:
        return _split(*_parse(_read(Path(path)), Path(path).name))
    return _split(*_read_cache(download, progress))


def dummy_dataset(count: int) -> Dataset:
    """`count` training images of one bar, for a training that only warms up TensorFlow."""
    import numpy as np

    images = np.zeros((count, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    images[:, 4:24, 12:16] = 255
    labels = np.ones(count, np.uint8)
    few = slice(MIN_TRAINING_IMAGES)
    return Dataset(images, labels, images[few], labels[few], images[few], labels[few])


def cache_path() -> Path:
    """Path of Keras's copy of MNIST."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(home).expanduser() / "datasets" / "mnist.npz"


def _read(path: Path) -> bytes:
    try:
        content = read_at_most(path, MAX_FILE_BYTES)
    except UnreadableFile as error:
        raise DatasetUnavailable(
            f"The data set {path} cannot be read ({error}); "
            f"check --data or ${DATA_VARIABLE}, or leave both out to use Keras's copy."
        ) from error
    if content is None:
        raise DatasetUnavailable(
            f"{path} is larger than {MAX_FILE_BYTES >> 20} MB; expected MNIST as mnist.npz."
        )
    return content


def _read_cache(download: bool, progress: Progress) -> list[np.ndarray]:
    path = cache_path()
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        is_original = hashlib.sha256(content).hexdigest() == MNIST_SHA256
        try:
            parts = _parse(content, path.name)
            if not is_original:
                logger.warning(
                    "MNIST at %s is not the file that Keras downloads; "
                    "it is used, since its layout fits.",
                    path,
                )
            return parts
        except DatasetUnavailable:
            if download:
                logger.warning("MNIST at %s is damaged; downloading it again.", path)
    if not download:
        raise DatasetUnavailable(f"MNIST is not at {path}.")
    content = _download(progress)
    # If the home folder cannot be written to, the training goes on; the next one downloads again.
    with contextlib.suppress(OSError):
        _store(content, path)
    return _parse(content, path.name)


def _download(progress: Progress) -> bytes:
    """The file at MNIST_URL, which another thread fetches, since nothing else keeps a deadline:
    names are looked up, and addresses are tried, for as long as the system likes."""
    news: queue.SimpleQueue[bytes | Download | Exception] = queue.SimpleQueue()
    given_up = threading.Event()
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    threading.Thread(target=_fetch, args=(MNIST_URL, news, given_up), daemon=True).start()
    message: bytes | Download | Exception = Download(0, None)
    while isinstance(message, Download):
        progress(message)
        try:
            message = news.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            given_up.set()
            message = TimeoutError("timed out")
    if isinstance(message, Exception):
        reason = getattr(message, "reason", None) or message
        raise DatasetUnavailable(
            f"MNIST could not be downloaded ({reason}): "
            f"get {MNIST_URL} another way and put it into {_cache_name()}, "
            f"or name the file with --data or ${DATA_VARIABLE}."
        ) from message
    if hashlib.sha256(message).hexdigest() != MNIST_SHA256:
        raise DatasetUnavailable(
            "The downloaded MNIST is damaged (its SHA-256 is wrong): try again, "
            f"or name your own mnist.npz with --data or ${DATA_VARIABLE}."
        )
    return message


def _fetch(url: str, news: queue.SimpleQueue, given_up: threading.Event) -> None:
    """Put Download events and, last, the content or an exception into `news`."""
    try:
        with urllib.request.urlopen(url, timeout=DOWNLOAD_SECONDS) as response:
            total, content = response.length, bytearray()
            while not given_up.is_set() and (part := response.read1(CHUNK)):
                content += part
                news.put(Download(len(content), total))
                if len(content) > MAX_FILE_BYTES:
                    break
            if total is not None and len(content) < total:
                raise http.client.IncompleteRead(b"", total - len(content))
        news.put(bytes(content))
    except (OSError, ValueError, http.client.HTTPException) as error:
        news.put(error)


def _cache_name() -> str:
    """The folder of Keras's cache, without the path of anybody's home, since visitors read it."""
    return "$KERAS_HOME/datasets" if os.environ.get("KERAS_HOME") else "~/.keras/datasets"


def _store(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)


def _parse(content: bytes, name: str) -> list[np.ndarray]:
    """Images and labels of the training and the test set. Raises DatasetUnavailable."""
    try:
        with open_npz(content, MAX_FILE_BYTES) as arrays:
            parts = [arrays[key] for key in ("x_train", "y_train", "x_test", "y_test")]
        _check(*parts[:2], MIN_TRAINING_IMAGES)
        _check(*parts[2:], 1)
    except Exception as error:  # zipfile, zlib and NumPy each raise their own on hostile bytes
        reason = error if isinstance(error, BadArrays) else "it is not a valid .npz file"
        raise DatasetUnavailable(
            f"{name} is not MNIST ({reason}); expected Keras's mnist.npz: x_train and x_test uint8 "
            f"(N, {IMAGE_SIZE}, {IMAGE_SIZE}), y_train and y_test integers 0 to {NUM_CLASSES - 1}."
        ) from error
    return parts


def _check(images: np.ndarray, labels: np.ndarray, fewest: int) -> None:
    if images.dtype != "uint8" or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
        raise BadArrays(f"its images are {images.dtype} {images.shape}")
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise BadArrays(f"its labels are {labels.dtype} {labels.shape}")
    if len(images) < fewest:
        raise BadArrays(f"one of its sets has only {len(images)} images")
    if labels.min() < 0 or labels.max() >= NUM_CLASSES:
        raise BadArrays(f"its labels go from {labels.min()} to {labels.max()}")


def _split(
    images: np.ndarray, labels: np.ndarray, test_images: np.ndarray, test_labels: np.ndarray
) -> Dataset:
    labels, test_labels = labels.astype("uint8"), test_labels.astype("uint8")
    full = len(images) >= TRAINING_SIZE
    start = len(images) - (VALIDATION_SIZE if full else len(images) // 12)
    return Dataset(
        images[:start], labels[:start], images[start:], labels[start:], test_images, test_labels
    )
