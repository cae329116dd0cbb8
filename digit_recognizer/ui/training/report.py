"""Draws the outcome of a test: accuracy, confusion matrix, mistakes.

The functions know nothing about Gradio or visitors; `Report` is the matrix as a Gradio component.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.network.evaluation import Evaluation, Mistake
from digit_recognizer.ui.answer.answer import pixels_as_png
from digit_recognizer.ui.language import texts

SHOWN_MISTAKES = 12


@dataclass(frozen=True)
class Pick:
    """Which mistakes are asked for: of the digit `label`, read as `digit`; None is any."""

    label: int | None = None
    digit: int | None = None

    @classmethod
    def parse(cls, value: object) -> Pick:
        """From untrusted JSON, `{"label": …, "digit": …}`; what makes no sense is None."""
        if not isinstance(value, dict):
            return cls()
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
    """Accuracy beside the shipped network's, where that is known, and the confusion matrix."""
    scores = [_score("yours", texts.YOUR_NETWORK, evaluation.accuracy)]
    if shipped_accuracy is not None:
        scores.append(_score("shipped", texts.SHIPPED_NETWORK, shipped_accuracy))
    return (
        f'<section class="report"><h2>{html.escape(texts.REPORT)}</h2>'
        f"<p>{html.escape(texts.report_info(evaluation.count, on_mnist))}</p>"
        f'<dl class="scores">{"".join(scores)}</dl>{_matrix(evaluation.confusion)}</section>'
    )


def render_mistakes(evaluation: Evaluation, pick: Pick) -> str:
    """Pictures of misread digits with what was said: the surest of all, or those of a pick."""
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
    return (
        f'<section class="mistakes"><h3 aria-live="polite">{html.escape(heading)}</h3>'
        f"<p>{html.escape(texts.MISTAKES_INFO)}</p><ul>{_pictures(found)}</ul></section>"
    )


def known_accuracy(metadata: object) -> float | None:
    """The test accuracy that a network's metadata claim, 0 to 1; None when they say nothing."""
    accuracy = metadata.get("test_accuracy") if hasattr(metadata, "get") else None
    is_share = isinstance(accuracy, float) and 0 <= accuracy <= 1
    return accuracy if is_share else None


def _score(kind: str, name: str, accuracy: float) -> str:
    return (
        f'<div data-score="{kind}"><dt>{html.escape(name)}</dt>'
        f"<dd>{html.escape(texts.exact_percent(accuracy))}</dd></div>"
    )


def _matrix(confusion: np.ndarray) -> str:
    heads = "".join(f'<th scope="col">{digit}</th>' for digit in range(NUM_CLASSES))
    highest = max(int((confusion - np.diag(np.diag(confusion))).max()), 1)
    rows = "".join(
        f'<tr><th scope="row">{_row_head(label, confusion[label])}</th>'
        + "".join(
            _cell(label, digit, int(confusion[label, digit]), highest)
            for digit in range(NUM_CLASSES)
        )
        + "</tr>"
        for label in range(NUM_CLASSES)
    )
    return (
        f'<table class="confusion"><caption>{html.escape(texts.CONFUSION)}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row_head(label: int, row: np.ndarray) -> str:
    wrong = int(row.sum() - row[label])
    if not wrong:
        return str(label)
    name = html.escape(texts.row_label(label, wrong))
    return _button(f'data-label="{label}"', name, str(label))


def _cell(label: int, digit: int, count: int, highest: int) -> str:
    if label == digit:
        return f'<td class="right">{count}</td>'
    if not count:
        return '<td class="none">·</td>'
    name = html.escape(texts.cell_label(label, digit, count))
    # The root makes single mistakes visible beside frequent ones.
    share = (count / highest) ** 0.5
    button = _button(f'data-label="{label}" data-read-as="{digit}"', name, str(count))
    return f'<td class="wrong" style="--share:{share:.2f}">{button}</td>'


def _button(data: str, name: str, text: str) -> str:
    return (
        f'<button type="button" {data} aria-pressed="false" aria-label="{name}" title="{name}">'
        f"{text}</button>"
    )


def _pictures(mistakes: Sequence[Mistake]) -> str:
    return "".join(
        f'<li><figure><img src="{pixels_as_png(mistake.image / np.float32(255))}" width="28" '
        f'height="28" alt="{html.escape(texts.picture_of(mistake.label))}"><figcaption>'
        f"<b>{mistake.digit}</b> {html.escape(texts.percent(mistake.confidence))}"
        f"<br>{html.escape(texts.really(mistake.label))}</figcaption></figure></li>"
        for mistake in mistakes
    )
