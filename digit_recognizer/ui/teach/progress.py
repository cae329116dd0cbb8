"""The course of one fine-tuning: how a visitor's network and status follow its events.

Knows nothing about Gradio or HTML.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import numpy as np

from digit_recognizer.errors import LineFull, RecognizerError
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.events import (
    BatchProgress,
    DatasetNote,
    Download,
    FineTuningResult,
    Waiting,
)
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.run import Busy
from digit_recognizer.ui.visitors.teaching import Status, Taught, read_corrections
from digit_recognizer.ui.visitors.visitor import Visitor


def run_fine_tuning(visitor: Visitor, line: TrainingLine) -> Iterator[bool]:
    """Teach the network that answers the visitor the drawings in the visitor's tray.

    Yields whether `visitor.teaching` has changed. After the last time, the taught network answers
    the visitor; if the fine-tuning was stopped or failed, the former network answers.
    """
    teaching, corrections = visitor.teaching, visitor.teaching.tray.corrections
    if not corrections:
        return
    former = visitor.reader
    mlp = former.recognizer.mlp
    said = read_corrections(mlp, corrections)
    pixels = np.stack([each.pixels for each in corrections])
    labels = np.array([each.digit for each in corrections], np.uint8)
    note, result = "", None
    try:
        for event in visitor.work(FineTuning(mlp, pixels, labels), line):
            if isinstance(event, Waiting):
                teaching.status = _place(event)
            elif isinstance(event, Download):
                news = texts.downloading(event.read, event.total)
                teaching.status = Status(texts.STARTING_DATA, news, 0)
            elif isinstance(event, DatasetNote):
                note = event.text
            elif isinstance(event, BatchProgress):
                share = event.batch / event.batches
                teaching.status = Status(texts.FINE_TUNING, note, share)
            elif isinstance(event, FineTuningResult):
                result = event
            yield event is not None
    except (LineFull, Busy) as error:
        teaching.status = Status(texts.NOT_STARTED, str(error))
    except RecognizerError as error:
        teaching.status = Status(texts.FINE_TUNING_FAILED, str(error))
    except Exception:
        traceback.print_exc()
        teaching.status = Status(texts.FINE_TUNING_FAILED, texts.FINE_TUNING_FAILED_DETAIL)
    else:
        if result is None:
            teaching.status = Status(texts.STOPPED, texts.FINE_TUNING_STOPPED)
        else:
            network = Network(Recognizer(result.mlp), texts.taught(len(said)))
            figures = (result.before, result.after, result.count, result.seconds)
            visitor.use_taught(Taught(former, network, said, *figures, note))
            teaching.status = Status(texts.FINE_TUNING_DONE, texts.fine_tuning_took(result.seconds))
    yield True


def _place(waiting: Waiting) -> Status:
    if waiting.ahead:
        return Status(texts.WAITING, texts.place_in_line(waiting.ahead), 0)
    detail = texts.FINE_TUNING_STARTS_DETAIL if waiting.warm else texts.FINE_TUNING_COLD
    return Status(texts.FINE_TUNING_STARTS, detail, 0)
