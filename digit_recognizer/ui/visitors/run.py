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
from digit_recognizer.training.events import EpochFigures, EpochResult, TrainingResult
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


class Run:
    """One training: its figures and networks, which grow by an epoch at a time, and its test."""

    def __init__(self, config: TrainConfig, shelf: Shelf, former: Run | None = None):
        self.config = config
        self.figures: list[EpochFigures] = []
        self.previous: list[EpochFigures] = (former.figures or former.previous) if former else []
        """Figures of the latest training before this one that finished an epoch."""
        self.evaluation: Evaluation | None = None
        self.fit_seconds: float | None = None
        self.trained: Network | None = None
        """The network that the training left; after Stop that of its newest epoch."""
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
    def last(self) -> int | None:
        """The newest of these epochs."""
        return self.epochs[-1] if self.epochs else None

    def add(self, event: EpochResult) -> None:
        """Keep the network and the figures of an epoch that has ended."""
        self._shelf.put(event.epoch, event.mlp)
        figures = {each.name: getattr(event, each.name) for each in fields(EpochFigures)}
        self.figures.append(EpochFigures(**figures))

    def finish(self, result: TrainingResult) -> None:
        """Keep the test and the final network, which is the last epoch's, calibrated."""
        self._shelf.put(self.config.epochs, result.mlp)
        self.evaluation = result.evaluation
        self.fit_seconds = result.fit_seconds

    def discard(self) -> None:
        """Drop the networks and the test, and keep the figures for comparison."""
        self._shelf.clear()
        self.evaluation = self.trained = None

    def network(self, epoch: int) -> Mlp | None:
        """The network of an epoch; None when it was dropped."""
        mlp = self._shelf.get(epoch)
        return mlp and self.described(mlp, epoch)

    def name(self, epoch: int) -> str:
        """The name of an epoch's network."""
        if self.evaluation and epoch == self.config.epochs:
            return texts.yours(self.recipe, self.evaluation.accuracy)
        accuracy = self.figures[epoch - 1].val_accuracy
        return texts.yours_of_epoch(self.recipe, epoch, self.config.epochs, accuracy)

    def described(self, mlp: Mlp, epoch: int) -> Mlp:
        """An epoch's network with metadata about its training."""
        figures = self.figures[epoch - 1]
        metadata = {**asdict(self.config), "epoch": epoch, "val_accuracy": figures.val_accuracy}
        return replace(mlp, metadata=metadata)

    def summary(self, epoch: int) -> str:
        """The validation accuracy of an epoch's network, as a plain sentence."""
        figures = self.figures[epoch - 1]
        return texts.epoch_summary(
            epoch, self.config.epochs, figures.val_accuracy, figures.val_count
        )
