"""What several benchmarks need: a browser, a small data set, a percentile."""

import contextlib
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from digit_recognizer.handwriting import draw_digits
from tests.benchmarks.figures import Missing
from tests.browser.conftest import FLAGS, chromium_path


@contextlib.contextmanager
def chromium() -> Iterator:
    """A headless Playwright browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("Playwright is not installed (tests/requirements.txt).") from None
    path = chromium_path()
    with sync_playwright() as driver:
        if path is None and not Path(driver.chromium.executable_path).exists():
            raise Missing("There is no Chromium on this machine (Debian: apt install chromium).")
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def percentile95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def small_data_set(path: Path) -> Path:
    """Generated digits in MNIST's layout."""
    images, labels = draw_digits(1200, np.random.default_rng(0))
    np.savez(
        path, x_train=images[:1000], y_train=labels[:1000], x_test=images[1000:],
        y_test=labels[1000:],
    )  # fmt: skip
    return path
