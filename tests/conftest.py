"""Fixtures for more than one module's tests."""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

# As in the page's process, and before NumPy is imported: threads for tiny matrix products cost more
# than they save, above all beside other tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Every process of the run that trains compiles the same programs, for up to six seconds; here they
# are compiled once. The processes of pytest-xdist inherit the variable.
if "TF_XLA_FLAGS" not in os.environ:
    programs = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, programs, ignore_errors=True)
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={programs}"

import hypothesis  # noqa: F401  (before the freeze, which hides from it what trio registers)
import numpy as np
import pytest

from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.strokes import render
from digit_recognizer.training.config import DATA_VARIABLE
from digit_recognizer.training.dataset import Dataset, cache_path, load_dataset
from tests.helpers import digital_digit


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="a skipped test is a failure: what it needs must be here",
    )


def pytest_xdist_auto_num_workers(config):
    """Runs a single file in this process."""
    names = [argument.partition("::")[0] for argument in config.args]
    return 0 if len(names) == 1 and Path(names[0]).is_file() else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Puts files with long tests first, so that at the end no process is busy alone.

    Browser tests stay together: in one process, they share a server and a Chromium.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.get_closest_marker("browser") is None, item.path not in slow))


def pytest_collection_finish():
    """Spares the garbage collector the objects of all imports, TensorFlow's above all."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped") if reporter else None
    if skipped and session.config.getoption("--no-skips") and session.exitstatus == 0:
        reporter.ensure_newline()
        reporter.write_line(f"{len(skipped)} skipped, and --no-skips was given", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
