"""Fixtures for more than one module's tests."""

import os

import numpy as np
import pytest

from digit_recognizer.config import DATA_VARIABLE
from digit_recognizer.dataset import Dataset, cache_path, load_dataset
from digit_recognizer.handwriting import write_digits
from digit_recognizer.preprocessing import to_pixels
from digit_recognizer.strokes import render

SEGMENTS = {
    "top": [[0.3, 0.2], [0.7, 0.2]],
    "middle": [[0.3, 0.5], [0.7, 0.5]],
    "bottom": [[0.3, 0.8], [0.7, 0.8]],
    "upper left": [[0.3, 0.2], [0.3, 0.5]],
    "lower left": [[0.3, 0.5], [0.3, 0.8]],
    "upper right": [[0.7, 0.2], [0.7, 0.5]],
    "lower right": [[0.7, 0.5], [0.7, 0.8]],
}
MISSING_SEGMENTS = (
    {"middle"},
    {"top", "middle", "bottom", "upper left", "lower left"},
    {"upper left", "lower right"},
    {"upper left", "lower left"},
    {"top", "bottom", "lower left"},
    {"upper right", "lower left"},
    {"upper right"},
    {"middle", "bottom", "upper left", "lower left"},
    set(),
    {"lower left"},
)


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="a skipped test is a failure: what it needs must be here",
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if skipped and session.config.getoption("--no-skips") and session.exitstatus == 0:
        reporter.write_line(f"{len(skipped)} skipped, and --no-skips was given", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def digital_digit(digit: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Strokes of a digit as on a pocket calculator, each end a little out of place."""
    return [
        np.array(ends, np.float32) + generator.normal(0, 0.02, (2, 2)).astype(np.float32)
        for name, ends in SEGMENTS.items()
        if name not in MISSING_SEGMENTS[digit]
    ]


def written_number(digits: list[int], gap: float = 0.2, seed: int = 1) -> list[np.ndarray]:
    """Strokes of generated digits side by side on a sheet; gaps are in digits' heights."""
    generator = np.random.default_rng(seed)
    strokes, right = [], 0.0
    for digit in digits:
        (written,) = write_digits(digit, 1, generator)
        points = np.concatenate(written)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        placed = [(stroke - low) / extent[1] + np.array([right, 0]) for stroke in written]
        strokes += placed
        right = max(float(stroke[:, 0].max()) for stroke in placed) + gap
    scale = 0.9 / max(right - gap, 1)
    return [(stroke * scale + np.array([0.05, 0.3])).astype(np.float32) for stroke in strokes]


@pytest.fixture(scope="session")
def tiny_mnist(tmp_path_factory):
    """Path of an `.npz` in MNIST's layout: 240 training and 60 test images, digits by turns."""
    generator = np.random.default_rng(7)
    labels = np.arange(300, dtype=np.uint8) % 10
    images = np.stack([to_pixels(render(digital_digit(int(label), generator))) for label in labels])
    images = np.rint(images * 255).astype(np.uint8)
    path = tmp_path_factory.mktemp("data") / "tiny.npz"
    np.savez(
        path,
        x_train=images[:240],
        y_train=labels[:240],
        x_test=images[240:],
        y_test=labels[240:],
    )
    return path


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """MNIST itself, where it is on this machine."""
    path = os.environ.get(DATA_VARIABLE)
    if not path and not cache_path().exists():
        pytest.skip(f"MNIST is neither at ${DATA_VARIABLE} nor in Keras's cache")
    return load_dataset(path, download=False)
