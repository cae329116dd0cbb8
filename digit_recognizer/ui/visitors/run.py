"""What a visitor's training leaves: its curves, the network of every epoch, its test.

Knows nothing about workers or Gradio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import EpochResult, TrainingResult
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Series, render_accuracy, render_loss
from digit_recognizer.ui.visitors.networks import Shelf


@dataclass(frozen=True)
class Figures:
    """An epoch's figures (see EpochResult), without its network."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    val_count: int
    seconds: float


class Run:
    """The course of one training; it grows by an epoch at a time."""

    def __init__(self, config: TrainConfig, shelf: Shelf, former: Run | None = None):
        self.config = config
        self.figures: list[Figures] = []
        self.evaluation: Evaluation | None = None
        self.note = ""
        """A sentence when the digits are not MNIST's."""
        self._shelf = shelf
        self._previous: list[Figures] = (former.figures or former._previous) if former else []

    @property
    def recipe(self) -> str:
        """What the hyperparameters are called on the page."""
        return texts.PRESETS.get(self.config.preset, texts.CUSTOM)

    @property
    def epochs(self) -> Sequence[int]:
        """The epochs whose networks are still here."""
        return self._shelf.epochs

    @property
    def last(self) -> int | None:
        """The newest of these epochs."""
        return self.epochs[-1] if self.epochs else None

    def add(self, event: EpochResult) -> None:
        """An epoch has ended."""
        self._shelf.put(event.epoch, event.mlp)
        self.figures.append(
            Figures(
                event.loss,
                event.accuracy,
                event.val_loss,
                event.val_accuracy,
                event.val_count,
                event.seconds,
            )
        )

    def finish(self, result: TrainingResult) -> None:
        """The training has ended by itself; its result is the last epoch's network, calibrated."""
        self._shelf.put(self.config.epochs, result.mlp)
        self.evaluation = result.evaluation

    def discard(self) -> None:
        """Drop the networks and the test, and keep the curves for comparison."""
        self._shelf.clear()
        self.evaluation = None

    def network(self, epoch: int) -> Mlp | None:
        """The network of an epoch; None when it had to make room."""
        mlp = self._shelf.get(epoch)
        return mlp and self.described(mlp, epoch)

    def name(self, epoch: int) -> str:
        """Which network that is, while it is looked at."""
        if self.evaluation and epoch == self.config.epochs:
            return texts.yours(self.recipe, epoch)
        return texts.looking_back(epoch, self.config.epochs)

    def described(self, mlp: Mlp, epoch: int) -> Mlp:
        """An epoch's network with metadata that say where it is from."""
        figures = self.figures[epoch - 1]
        metadata = {**asdict(self.config), "epoch": epoch, "val_accuracy": figures.val_accuracy}
        return replace(mlp, metadata=metadata)

    def charts(self, marked: int | None = None) -> tuple[str, str]:
        """The charts (HTML) of loss and accuracy, with a mark at an epoch."""
        loss, accuracy = self._series("loss", marked), self._series("accuracy", marked)
        return render_loss(loss), render_accuracy(accuracy)

    def summary(self, epoch: int) -> str:
        """How an epoch's network did, as a plain sentence."""
        figures = self.figures[epoch - 1]
        return texts.epoch_summary(
            epoch, self.config.epochs, figures.val_accuracy, figures.val_count
        )

    def _series(self, name: str, marked: int | None) -> Series:
        return Series(
            [getattr(each, name) for each in self.figures],
            [getattr(each, f"val_{name}") for each in self.figures],
            self.config.epochs,
            [getattr(each, f"val_{name}") for each in self._previous],
            marked,
        )
