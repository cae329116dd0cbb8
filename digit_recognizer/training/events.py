"""Events of a training or a fine-tuning; knows nothing about Keras, processes or pages.

Events are frozen and picklable: the command line prints them, the worker sends them over a pipe,
and the page draws them.
"""

from dataclasses import dataclass

from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp


@dataclass(frozen=True)
class DatasetNote:
    """The first event if the data set is not MNIST; `text` is a sentence that says so."""

    text: str


@dataclass(frozen=True)
class BatchProgress:
    """`batch` of `batches` in epoch `epoch` of `epochs` is done; both count from 1."""

    epoch: int
    epochs: int
    batch: int
    batches: int


@dataclass(frozen=True)
class EpochFigures:
    """How an epoch (counted from 1) went.

    `loss` (mean cross-entropy in nats) and `accuracy` (0 to 1) are means over the epoch's training
    batches; `val_loss` and `val_accuracy` are measured afterwards on the `val_count` digits of the
    validation split. `seconds` is the wall-clock time of this epoch.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    val_count: int


@dataclass(frozen=True)
class EpochResult(EpochFigures):
    """An epoch is done; `mlp` is the network as it is now."""

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


TrainingEvent = DatasetNote | BatchProgress | EpochResult | TrainingResult | FineTuningResult
LAST_EVENTS = (TrainingResult, FineTuningResult)
"""A task ends with one of these."""


@dataclass(frozen=True)
class Waiting:
    """The task is in line: it starts when `ahead` other tasks have ended, with 0 at once."""

    ahead: int
