"""What tests of several rooms draw and build."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np

from digit_recognizer.handwriting.digits import write_digits
from digit_recognizer.network.evaluation import Evaluation, Mistake
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import EpochResult, FineTuningResult, TrainingResult
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.visitors.visitor import Visitor

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


def constant_network(digit: int) -> Recognizer:
    """A recognizer that says `digit` whatever it sees."""
    bias = np.zeros(10, np.float32)
    bias[digit] = 20
    return Recognizer(Mlp((np.zeros((784, 10), np.float32),), (bias,)))


def answered(visitor: Visitor) -> int | None:
    """The digit that answers a visitor, when there is one."""
    predictions = visitor.reading().predictions
    return predictions[0].digit if len(predictions) == 1 else None


def drawing(digit=8):
    return digital_digit(digit, np.random.default_rng(0))


CONFIG = TrainConfig(epochs=3, preset="quick")


class ScriptedPool:
    """Hands out itself as a worker that reports `events`; exceptions among them are raised."""

    def __init__(self, *events, warm=True):
        self.warm = warm
        self.events = list(events)
        self.taken = 0
        self.released = threading.Event()
        self.config = None

    def prepare(self):
        pass

    def take(self):
        self.taken += 1
        return self

    def release(self, worker):
        assert worker is self
        self.released.set()

    def start(self, config):
        self.config = config

    def poll(self, timeout):
        event = self.events.pop(0) if self.events else None
        if isinstance(event, Exception):
            raise event
        return event


def working(visitor: Visitor, task=CONFIG, pool: ScriptedPool | None = None) -> Iterator:
    """A job of a visitor that has begun; close it to end the job."""
    events = visitor.work(task, TrainingLine(pool or ScriptedPool()))
    next(events)
    return events


def epoch(number: int, says: int = 1) -> EpochResult:
    return EpochResult(
        epoch=number,
        epochs=CONFIG.epochs,
        loss=0.5 / number if number else 2.3,
        accuracy=0.9,
        val_loss=0.4,
        val_accuracy=0.91,
        seconds=2.0,
        val_count=5000,
        mlp=constant_network(says).mlp,
    )


def finished(says: int = 3) -> TrainingResult:
    """The result of a network that misreads 211 of 10,000 digits, all of them as 8."""
    confusion = np.diag([1000] * 9 + [789])
    confusion[9, 8] = 211
    mistakes = (Mistake(np.full((28, 28), 40, np.uint8), 9, 8, 0.875),)
    return TrainingResult(constant_network(says).mlp, 6.0, Evaluation(confusion, mistakes))


def learnt(says: int = 7, after: float = 0.9922) -> FineTuningResult:
    return FineTuningResult(constant_network(says).mlp, 2.5, 0.9942, after, 10_000)


REQUEST = SimpleNamespace(session_hash="somebody")
"""A request of the session "somebody", for handlers that are called without a server."""


def sent(data) -> SimpleNamespace:
    """An event with untrusted data from the browser."""
    return SimpleNamespace(_data=data)
