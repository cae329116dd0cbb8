"""The course of one training: how a visitor's run and network follow its events.

Knows nothing about Gradio or HTML.
"""

from __future__ import annotations

from collections.abc import Iterator

from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    EpochResult,
    TrainingEvent,
    TrainingResult,
    Waiting,
)
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Visitor


def run_training(
    visitor: Visitor, config: TrainConfig, line: TrainingLine
) -> Iterator[Waiting | TrainingEvent | None]:
    """Train a network for one visitor; yields and raises what `Visitor.work` does.

    Each event is yielded once `visitor.run` and `visitor.network` have followed it. After each
    epoch, and before the first, the network as it is then answers the visitor. A training that is
    stopped keeps the newest epoch's network; one that fails, or is stopped before an epoch is done,
    brings back the network from before.
    """
    before = visitor.network
    run = newest = None
    try:
        for event in visitor.work(config, line):
            # The previous run goes when this training has a place in line, not when it is refused.
            run = run or visitor.new_run(config)
            if isinstance(event, DatasetNote):
                run.note = event.text
            elif isinstance(event, EpochResult):
                run.add(event)
                newest = run.described(event.mlp, event.epoch)
                name = texts.in_training(event.val_accuracy)
                visitor.use_network(Network(Recognizer(newest), name, "training"))
            elif isinstance(event, BatchProgress):
                run.progress(event)
            elif isinstance(event, TrainingResult):
                run.finish(event)
                newest = event.mlp
            yield event
    except Exception:
        if run is not None:
            run.discard()
            visitor.use_network(before)
        raise
    if run is not None and (run.done or run.evaluation):
        epoch = run.done if run.evaluation is None else config.epochs
        run.trained = Network(Recognizer(newest), run.name(epoch))
        visitor.use_network(run.trained)
        visitor.keep_record(run)
    else:
        if run is not None:
            run.discard()
        visitor.use_network(before)
