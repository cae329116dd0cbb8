"""The outcome of a test: accuracy, confusion matrix, mistakes; knows nothing about visitors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.network.evaluation import Evaluation, Mistake
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.widgets import (
    Score,
    pixels_as_png,
    render_image,
    render_scores,
    template,
)

SHOWN_MISTAKES = 12


@dataclass(frozen=True)
class Pick:
    """The picked mistakes: digits `label` that were read as `digit`; None is any digit."""

    label: int | None = None
    digit: int | None = None

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Pick:
        """From untrusted JSON, `{"label": …, "digit": …}`; anything but a digit becomes None."""
        label, digit = (
            part if type(part) is int and 0 <= part < NUM_CLASSES else None
            for part in (value.get("label"), value.get("digit"))
        )
        return cls(label, digit)


class Report(gr.HTML):
    """The result of a test; a picked cell or row raises `select` with a `label` and a `digit`."""

    def __init__(self, **settings: Any):
        super().__init__(
            js_on_load=(Path(__file__).parent / "report.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )


def render_report(
    evaluation: Evaluation, shipped_accuracy: float | None, on_mnist: bool = True
) -> str:
    """Accuracy, the built-in network's accuracy if known, and the confusion matrix."""
    scores = [Score("yours", texts.YOUR_NETWORK, texts.exact_percent(evaluation.accuracy))]
    if shipped_accuracy is not None:
        shipped = texts.exact_percent(shipped_accuracy)
        scores.append(Score("shipped", texts.SHIPPED_NETWORK, shipped))
    mistaken = evaluation.confusion - np.diag(np.diag(evaluation.confusion))
    return template("report/report.html").render(
        evaluation=evaluation,
        on_mnist=on_mnist,
        scores=render_scores(scores),
        digits=range(NUM_CLASSES),
        confusion=evaluation.confusion.tolist(),
        wrong=mistaken.sum(axis=1).tolist(),
        # The root makes single mistakes visible beside frequent ones.
        shares=np.sqrt(mistaken / max(mistaken.max(), 1)).tolist(),
    )


def render_mistakes(evaluation: Evaluation, pick: Pick) -> str:
    """Pictures of misread digits with their answers: the most confident, or the picked ones."""
    found = [
        mistake
        for mistake in evaluation.mistakes
        if pick.label in (None, mistake.label) and pick.digit in (None, mistake.digit)
    ]
    rows = range(NUM_CLASSES) if pick.label is None else [pick.label]
    columns = range(NUM_CLASSES) if pick.digit is None else [pick.digit]
    count = sum(int(evaluation.confusion[i, j]) for i in rows for j in columns if i != j)
    if pick == Pick():
        found = found[:SHOWN_MISTAKES]
    heading = texts.mistakes(pick.label, pick.digit, count, len(found))
    return template("report/mistakes.html").render(
        heading=heading, mistakes=found, picture=_picture
    )


def _picture(mistake: Mistake) -> str:
    source = pixels_as_png(mistake.image / np.float32(255))
    return render_image(source, texts.picture_of(mistake.label))
