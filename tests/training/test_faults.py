"""What becomes of a training and its visitor when something breaks; see test_worker.py, too."""

import ast
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import digit_recognizer
from digit_recognizer.errors import TrainingFailed
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.events import BatchProgress, EpochResult
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.training.worker import Worker, WorkerPool
from digit_recognizer.ui.training.progress import run_training
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Visitor
from tests.helpers import CONFIG, answered, constant_network, drawing, epoch, finished

PATIENCE = 60


def die() -> None:
    """As `kill -9` and the kernel out of memory do it."""
    os.kill(os.getpid(), signal.SIGKILL)


# What follows runs in the child instead of TensorFlow; each function is imported there by name.
def killed_while_loading():
    die()


def killed_mid_epoch():
    def train(config, report):
        report(epoch(1, says=1))
        report(BatchProgress(2, config.epochs, 5, 100))
        time.sleep(0.5)  # lets the events go
        die()

    return train, iter(())


def killed_while_sending():
    def train(config, report):
        report(epoch(1, says=1))
        time.sleep(0.5)
        report(large_result())  # more than a pipe holds
        die()

    return train, iter(())


def killed_before_the_result():
    def train(config, report):
        for number in range(1, config.epochs + 1):
            report(epoch(number, says=1))
        time.sleep(0.5)
        die()

    return train, iter(())


def healthy():
    def train(config, report):
        for number in range(1, config.epochs + 1):
            report(epoch(number, says=2))
        report(finished(says=3))

    return train, iter(())


def large_result() -> Mlp:
    shapes = ((784, 1000), (1000, 10))
    weights = tuple(np.zeros(shape, np.float32) for shape in shapes)
    return Mlp(weights, tuple(np.zeros(width, np.float32) for _, width in shapes))


def killed_at_start() -> Worker:
    worker = Worker(healthy)
    os.kill(worker.pid, signal.SIGKILL)
    return worker


STAGES = {
    "start": killed_at_start,
    "loading": lambda: Worker(killed_while_loading),
    "mid-epoch": lambda: Worker(killed_mid_epoch),
    "sending": lambda: Worker(killed_while_sending),
    "saving": lambda: Worker(killed_before_the_result),
}


@pytest.fixture
def pool():
    """Hands out a healthy worker, after one of `pool.doomed`."""
    doomed = []
    pool = WorkerPool(lambda: doomed.pop()() if doomed else Worker(healthy))
    pool.doomed = doomed
    yield pool
    pool.close()


@pytest.fixture
def visitor():
    visitor = Visitor(Network(constant_network(5), "shipped"))
    visitor.draw(drawing())
    return visitor


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_at_any_stage_is_a_sentence_and_the_next_click_works(stage, pool, visitor):
    pool.doomed.append(STAGES[stage])
    line = TrainingLine(pool)
    with pytest.raises(TrainingFailed, match=r"ended unexpectedly \(exit code -9\)"):
        list(run_training(visitor, CONFIG, line))
    assert visitor.job is None
    assert answered(visitor) == 5
    list(run_training(visitor, CONFIG, line))
    assert visitor.run.evaluation is not None
    assert answered(visitor) == 3


def test_half_a_message_is_not_waited_for():
    worker = Worker(killed_while_sending)
    worker.start(CONFIG)
    deadline = time.monotonic() + PATIENCE
    while worker.alive:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert isinstance(worker.poll(1), EpochResult)
    with pytest.raises(TrainingFailed, match="unexpectedly"):
        worker.poll(1)
    worker.stop()


def test_nothing_depends_on_a_clock_that_can_be_set():
    """A clock that jumps can then neither end a training nor forget a visitor."""
    folder = Path(digit_recognizer.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "time", path
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("now", "utcnow", "time_ns", "localtime", "gmtime"), path
                assert ast.unparse(node) != "time.time", path
