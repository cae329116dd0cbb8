"""The lesson "Why this answer?": the pixels that decided, and a small change that flips the answer.

Knows nothing about Gradio, visitors or requests.
"""

import html
from dataclasses import dataclass

import numpy as np

from digit_recognizer.network.explanation import Attribution, attribute, flip
from digit_recognizer.recognizer import Prediction, Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_marks, render_picture, render_verdict
from digit_recognizer.ui.widgets import template


@dataclass(frozen=True)
class _Part:
    """A step of the lesson; `content` is HTML, the others are plain text."""

    name: str
    heading: str
    content: str
    text: str


def render_looks(recognizer: Recognizer, prediction: Prediction) -> str:
    """The content for the recognizer's answer to a digit."""
    pixels = prediction.pixels
    found = attribute(recognizer.mlp, pixels)
    parts = [_reasons(pixels, found), *_change(recognizer, pixels, found)]
    return template("lessons/looks.html").render(parts=parts, ledger=_ledger(found))


def _reasons(pixels: np.ndarray, found: Attribution) -> _Part:
    """The ink that spoke for the answer and the ink that spoke for the runner-up."""
    return _Part(
        "reasons",
        texts.reasons(found.answer, found.runner_up),
        render_marks(pixels, found.pixels, texts.REASONS_PICTURE),
        texts.reasons_info(found.answer, found.runner_up),
    )


def _ledger(found: Attribution) -> str:
    """The answer's lead as a sum."""
    terms = (
        ("for", texts.INK_FOR, found.pixels[found.pixels > 0].sum()),
        ("against", texts.INK_AGAINST, found.pixels[found.pixels < 0].sum()),
        ("bias", texts.BIAS, found.bias),
        ("lead", texts.lead(found.answer, found.runner_up), found.lead),
    )
    rows = "".join(
        f'<div data-term="{name}"><dt>{html.escape(label)}</dt>'
        f"<dd>{html.escape(texts.signed(float(value)))}</dd></div>"
        for name, label, value in terms
    )
    return f'<dl class="ledger">{rows}</dl>'


def _change(recognizer: Recognizer, pixels: np.ndarray, found: Attribution) -> list[_Part]:
    """The change that makes the network answer the runner-up, and the changed picture."""
    heading = texts.flip(found.runner_up)
    changed = flip(recognizer.mlp, pixels)
    if changed is None:
        return [_Part("change", heading, "", texts.NO_FLIP)]
    share = float(np.abs(changed - pixels).sum() / pixels.sum())
    marks = render_marks(pixels, changed - pixels, texts.CHANGE_PICTURE)
    picture = render_picture(changed, texts.CHANGED_PICTURE)
    verdict = render_verdict(recognizer.predict_pixels(changed))
    return [
        _Part("change", heading, marks, texts.flip_info(share)),
        _Part("changed", texts.CHANGED, picture + verdict, texts.CHANGED_INFO),
    ]
