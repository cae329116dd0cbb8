"""What a training reports while it runs; knows nothing about Keras, processes or pages.

The events are frozen and picklable: the command line prints them, the worker sends them over a
pipe, and the page draws them.
"""

from dataclasses import dataclass

from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp


@dataclass(frozen=True)
class DatasetNote:
    """The training's data are not MNIST; `text` is a sentence that says so. Comes first."""

    text: str


@dataclass(frozen=True)
class BatchProgress:
    """Part of an epoch is done: `batch` of `batches`, in epoch `epoch` of `epochs` (from 1)."""

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
    """A training is done: the network, the seconds spent in `fit`, how it does on the test set."""

    mlp: Mlp
    fit_seconds: float
    evaluation: Evaluation

    @property
    def test_accuracy(self) -> float:
        """Share (0 to 1) of the test set that is read right."""
        return self.evaluation.accuracy


@dataclass(frozen=True)
class FineTuningResult:
    """A fine-tuning is done: the network that has learnt, and the seconds it took.

    `before` and `after` are the shares (0 to 1) of the `count` digits of the test set that the
    network read right then.
    """

    mlp: Mlp
    seconds: float
    before: float
    after: float
    count: int


TrainingEvent = DatasetNote | BatchProgress | EpochResult | TrainingResult | FineTuningResult
LAST_EVENTS = (TrainingResult, FineTuningResult)
"""Nothing follows one of these."""


@dataclass(frozen=True)
class Waiting:
    """The task is in line: it starts when `ahead` other tasks have ended, with 0 at once."""

    ahead: int
