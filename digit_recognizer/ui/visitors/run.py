"""A visitor's trainings: the job that waits or runs, and the results of a training.

Knows nothing about workers or HTML.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace

from digit_recognizer.errors import RecognizerError
from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import FineTuning, Task, TrainConfig
from digit_recognizer.training.events import (
    BatchProgress,
    EpochFigures,
    EpochResult,
    TrainingResult,
)
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network, Shelf


class Busy(RecognizerError):
    """The visitor's training or fine-tuning has to end before another job can begin."""


@dataclass(frozen=True, eq=False)
class Job:
    """A task of a visitor that waits in line or runs; setting `stop` asks it to stop."""

    task: Task
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_fine_tuning(self) -> bool:
        """Whether the task is a fine-tuning instead of a training."""
        return isinstance(self.task, FineTuning)

    @property
    def busy(self) -> Busy:
        """The error for a visitor who wants to begin another job meanwhile."""
        return Busy(texts.FINE_TUNING_BUSY if self.is_fine_tuning else texts.BUSY)


@dataclass(frozen=True)
class Record:
    """What stays of a training that ended: enough to compare it with later ones.

    number: counts a visitor's trainings from 1. epochs: those that were done. seconds: of them all.
    test_accuracy: 0 to 1; None after Stop, which leaves no test.
    """

    number: int
    recipe: str
    epochs: int
    seconds: float
    test_accuracy: float | None
    figures: Sequence[EpochFigures]


class Run:
    """One training: its figures and networks, which grow by an epoch at a time, and its test."""

    def __init__(self, config: TrainConfig, shelf: Shelf, former: Run | None = None):
        self.config = config
        self.figures: list[EpochFigures] = []
        """Of the untrained network, which is epoch 0, and of every epoch so far."""
        self.losses: list[tuple[float, float]] = []
        """Loss of the batches between two reports, and how many epochs were done after them."""
        self.previous: Sequence[EpochFigures] = ()
        """Figures of an earlier training for comparison: of the latest that finished an epoch."""
        if former is not None:
            self.previous = former.figures if former.done else former.previous
        self.evaluation: Evaluation | None = None
        self.fit_seconds: float | None = None
        self.trained: Network | None = None
        """The network that the training left; after Stop that of its newest epoch."""
        self.chosen = 0
        """The epoch that the visitor has gone back to; the newest one until then."""
        self.note = ""
        """A sentence if the training's digits are not from MNIST, else empty."""
        self._shelf = shelf

    @property
    def recipe(self) -> str:
        """The name of the hyperparameters on the page."""
        return texts.PRESETS.get(self.config.preset, texts.CUSTOM)

    @property
    def epochs(self) -> Sequence[int]:
        """The epochs whose networks are still stored."""
        return self._shelf.epochs

    @property
    def done(self) -> int:
        """How many epochs are done."""
        return self.figures[-1].epoch if self.figures else 0

    def progress(self, event: BatchProgress) -> None:
        """Keep the loss within an epoch."""
        if event.loss is not None:
            self.losses.append((event.epoch - 1 + event.batch / event.batches, event.loss))

    def add(self, event: EpochResult) -> None:
        """Keep the network and the figures of an epoch that has ended."""
        self._shelf.put(event.epoch, event.mlp)
        figures = {each.name: getattr(event, each.name) for each in fields(EpochFigures)}
        self.figures.append(EpochFigures(**figures))
        self.chosen = event.epoch

    def finish(self, result: TrainingResult) -> None:
        """Keep the test and the final network, which is the last epoch's, calibrated."""
        self._shelf.put(self.config.epochs, result.mlp)
        self.evaluation = result.evaluation
        self.fit_seconds = result.fit_seconds

    def discard(self) -> None:
        """Drop the networks and the test, and keep the figures for comparison."""
        self._shelf.clear()
        self.evaluation = self.trained = None

    def record(self, number: int) -> Record:
        """What stays of this training, the visitor's `number`-th, when another one begins."""
        seconds = self.fit_seconds or sum(each.seconds for each in self.figures)
        accuracy = self.evaluation and self.evaluation.accuracy
        return Record(number, self.recipe, self.done, seconds, accuracy, tuple(self.figures))

    def network(self, epoch: int) -> Mlp | None:
        """The network of an epoch; None when it was dropped."""
        mlp = self._shelf.get(epoch)
        return mlp and self.described(mlp, epoch)

    def name(self, epoch: int) -> str:
        """The name of an epoch's network."""
        if self.evaluation and epoch == self.config.epochs:
            return texts.yours(self.recipe, self.evaluation.accuracy)
        accuracy = self._figures_of(epoch).val_accuracy
        return texts.yours_of_epoch(self.recipe, epoch, self.config.epochs, accuracy)

    def described(self, mlp: Mlp, epoch: int) -> Mlp:
        """An epoch's network with metadata about its training."""
        figures = self._figures_of(epoch)
        metadata = {**asdict(self.config), "epoch": epoch, "val_accuracy": figures.val_accuracy}
        return replace(mlp, metadata=metadata)

    def summary(self, epoch: int) -> str:
        """The validation accuracy of an epoch's network, as a plain sentence."""
        figures = self._figures_of(epoch)
        return texts.epoch_summary(
            epoch, self.config.epochs, figures.val_accuracy, figures.val_count
        )

    def _figures_of(self, epoch: int) -> EpochFigures:
        return next(each for each in self.figures if each.epoch == epoch)
