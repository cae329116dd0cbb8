"""Helpers of several benchmarks: a browser, a bare page, an epoch's time, a data set, a p95."""

import contextlib
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from digit_recognizer.handwriting.digits import draw_digits
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.dataset import Dataset
from digit_recognizer.training.events import EpochResult, TrainingEvent
from tests.benchmarks.figures import Missing
from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.server import free_port, wait_until_served


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


@contextlib.contextmanager
def bare_page(source: str) -> Iterator[str]:
    """The URL of a page served by Python code that takes its port from the command line."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", source, str(port)], stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_served(url)
        yield url
    finally:
        process.kill()
        process.wait()


def epoch_seconds(config: TrainConfig, data: Dataset) -> float:
    """Seconds of the quickest of three epochs, after a first one that traces and compiles.

    The quickest counts, since other programs may double the time of an epoch.
    """
    from digit_recognizer.training.fit import train

    events: list[TrainingEvent] = []
    train(replace(config, epochs=4), data, events.append)
    return min(event.seconds for event in events if isinstance(event, EpochResult) and event.epoch)


def percentile95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def small_data_set(path: Path) -> Path:
    """Save 1,200 generated digits in MNIST's layout; returns the path."""
    images, labels = draw_digits(1200, np.random.default_rng(0))
    np.savez(
        path, x_train=images[:1000], y_train=labels[:1000], x_test=images[1000:],
        y_test=labels[1000:],
    )  # fmt: skip
    return path
