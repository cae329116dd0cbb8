"""Events of a training or a fine-tuning; knows nothing about Keras, processes or pages.

Events are frozen and picklable: the command line prints them, the worker sends them over a pipe,
and the page draws them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import EPOCHS_RANGE


@dataclass(frozen=True)
class DatasetNote:
    """The first event if the data set is not MNIST; `text` is a sentence that says so."""

    text: str


@dataclass(frozen=True)
class Download:
    """Before all other events: `read` bytes of MNIST are there, of `total` if that is known."""

    read: int
    total: int | None


@dataclass(frozen=True)
class BatchProgress:
    """`batch` of `batches` in epoch `epoch` of `epochs` is done; both count from 1.

    `loss` is the mean cross-entropy in nats of the batches since the last event of this kind; None
    in a fine-tuning, where nobody sees it.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float | None = None


@dataclass(frozen=True)
class EpochFigures:
    """How an epoch (counted from 1) went, or, as epoch 0, how the untrained network reads.

    `loss` (mean cross-entropy in nats) and `accuracy` (0 to 1) are means over the epoch's training
    batches, in epoch 0 over as many training images as validation has; `val_loss` and
    `val_accuracy` are measured afterwards on the `val_count` digits of the validation split.
    `seconds` is the wall-clock time of this epoch.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    val_count: int


HISTORY_COLUMNS = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")
"""Figures of an epoch that a network's metadata record, in a list named `history`."""


def known_history(metadata: Mapping[str, object]) -> list[EpochFigures]:
    """The course of its training that a network's metadata tell, though not its `val_count`.

    The metadata may come from a file that anybody has written: what is not as `train` writes it is
    left out.
    """
    history = metadata.get("history")
    figures: list[EpochFigures] = []
    for entry in history if isinstance(history, list) else ():
        if not isinstance(entry, dict):
            continue
        epoch, *values = (entry.get(column) for column in HISTORY_COLUMNS)
        former = figures[-1].epoch if figures else -1
        is_next = type(epoch) is int and former < epoch <= EPOCHS_RANGE[1]
        if is_next and all(type(value) is float for value in values):
            figures.append(EpochFigures(epoch, len(history), *values, val_count=0))
    return figures


@dataclass(frozen=True)
class EpochResult(EpochFigures):
    """An epoch is done, or none yet in epoch 0; `mlp` is the network as it is now."""

    mlp: Mlp


@dataclass(frozen=True)
class TrainingResult:
    """A training is done: the network, the seconds spent in `fit`, the network's test."""

    mlp: Mlp
    fit_seconds: float
    evaluation: Evaluation

    @property
    def test_accuracy(self) -> float:
        """Share (0 to 1) of the test set that the network reads right."""
        return self.evaluation.accuracy


@dataclass(frozen=True)
class FineTuningResult:
    """A fine-tuning is done: the new network, and the seconds it took.

    `before` and `after` are the test accuracies (0 to 1) of the old and the new network; the test
    set has `count` digits.
    """

    mlp: Mlp
    seconds: float
    before: float
    after: float
    count: int


TrainingEvent = (
    Download | DatasetNote | BatchProgress | EpochResult | TrainingResult | FineTuningResult
)
LAST_EVENTS = (TrainingResult, FineTuningResult)
"""A task ends with one of these."""


@dataclass(frozen=True)
class Waiting:
    """The task is in line: it starts when `ahead` other tasks have ended, with 0 at once.

    `warm` tells whether a worker has TensorFlow loaded, so that the task would begin without delay.
    """

    ahead: int
    warm: bool = True
