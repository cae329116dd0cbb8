"""The answer: the digit or the number, its bars, the network's input and the network's name.

Every state of the panel has the same elements, so that nothing moves when an answer arrives. The
answer is not a live region: answer.js tells screen readers the answer that stays. Knows nothing
about visitors or events.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.visitor import Reading
from digit_recognizer.ui.widgets import pixels_as_png

UNSURE_BELOW = 0.6
"""Answers with less confidence are shown as guesses."""
LEAST_SHARE = 0.005
"""Bars of smaller shares have no number."""


class AnswerPanel(gr.HTML):
    """The answer; a digit of a number shows its bars when it is pointed at, focused or tapped."""

    def __init__(self, value: str = "", **settings: Any):  # Gradio makes it anew without a value
        super().__init__(
            value,
            js_on_load=(Path(__file__).parent / "answer.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )


def is_unsure(prediction: Prediction) -> bool:
    """Whether an answer is shown as a guess."""
    return not prediction.is_digit or prediction.may_touch or prediction.confidence < UNSURE_BELOW


def least_certain(predictions: Sequence[Prediction]) -> Prediction:
    """The least certain of at least one prediction."""
    return min(predictions, key=lambda each: (not is_unsure(each), each.confidence))


def say_how_sure(prediction: Prediction) -> str:
    """The caption of a digit."""
    if not prediction.is_digit:
        return texts.no_digit()
    if prediction.may_touch:
        return texts.may_touch()
    if is_unsure(prediction):
        return texts.unsure(prediction.digit, int(np.argsort(prediction.probabilities)[-2]))
    return texts.sure(prediction.confidence)


def render_reading(reading: Reading) -> str:
    """The panel for an answer, a problem, or nothing to read yet."""
    name, predictions = reading.network.name, reading.predictions
    if reading.problem:
        return render_problem(reading.problem, name)
    if not predictions:
        return _render_panel(_note("invitation", texts.INVITATION), name)
    if len(predictions) == 1:
        headline, caption = _digit(predictions[0]), say_how_sure(predictions[0])
    else:
        headline, caption = _number(predictions), _say_how_sure_of_all(predictions)
    return _render_panel(headline, name, caption, least_certain(predictions))


def render_problem(message: str, network: str) -> str:
    """The panel for input that cannot be read; `message` is one plain sentence."""
    return _render_panel(_note("problem", message, role="alert"), network)


def _note(kind: str, text: str, role: str = "note") -> str:
    return f'<p class="note {kind}" role="{role}">{html.escape(text)}</p>'


def _digit(prediction: Prediction) -> str:
    digit = prediction.digit
    return (
        '<output class="digit" aria-live="off" '
        f'data-digit="{digit}"{" data-unsure" * is_unsure(prediction)}>{digit}</output>'
    )


def _number(predictions: Sequence[Prediction]) -> str:
    """A button for each digit; the least certain one is shown first."""
    number = "".join(str(prediction.digit) for prediction in predictions)
    least = least_certain(predictions)
    digits = "".join(
        _digit_of_number(prediction, place, len(predictions), is_shown=prediction is least)
        for place, prediction in enumerate(predictions, 1)
    )
    return (
        f'<div class="number" role="group" aria-label="{texts.NUMBER}" '
        f'data-number="{number}"{" data-unsure" * is_unsure(least)} '
        f'style="--length:{len(number)}">{digits}</div>'
    )


def _digit_of_number(prediction: Prediction, place: int, count: int, is_shown: bool) -> str:
    """A digit with all data that answer.js shows about it, so that no request is needed."""
    caption = texts.SEPARATOR.join([texts.place(place, count), say_how_sure(prediction)])
    answer = {
        "best": prediction.digit,
        "shares": [f"{share:.4f}" for share in prediction.probabilities],
        "values": [_percent(share) for share in prediction.probabilities],
        "view": pixels_as_png(prediction.pixels),
        "caption": caption,
    }
    label = texts.SEPARATOR.join([str(prediction.digit), caption])
    return (
        f'<button type="button" data-place="{place}" aria-pressed="{str(is_shown).lower()}" '
        f'aria-label="{html.escape(label)}" data-answer="{html.escape(json.dumps(answer))}"'
        f"{' data-unsure' * is_unsure(prediction)}>{prediction.digit}</button>"
    )


def _say_how_sure_of_all(predictions: Sequence[Prediction]) -> str:
    least = least_certain(predictions)
    return texts.unsure_number() if is_unsure(least) else texts.sure_number(least.confidence)


def _render_panel(
    headline: str, network: str, caption: str = "", shown: Prediction | None = None
) -> str:
    """The panel in any state; `headline` is HTML, `shown` the prediction whose bars are drawn."""
    shares = np.zeros(NUM_CLASSES, np.float32) if shown is None else shown.probabilities
    bars = "".join(
        _bar(digit, float(share), shown is not None and digit == shown.digit)
        for digit, share in enumerate(shares)
    )
    return (
        '<div class="answer">'
        f'<div class="verdict">{headline}<p class="caption">{html.escape(caption)}</p></div>'
        f"{_network_view(None if shown is None else shown.pixels)}"
        f'<div class="bars" role="list" aria-label="{texts.PROBABILITIES}">{bars}</div>'
        f'<p id="model-in-use">{html.escape(network)}</p>'
        "</div>"
    )


def _bar(digit: int, share: float, is_best: bool) -> str:
    return (
        f'<div class="bar{" best" * is_best}" role="listitem" data-bar="{digit}" '
        f'data-probability="{share:.4f}" style="--share:{share:.4f}">'
        f'<span class="bar-digit">{digit}</span>'
        '<span class="bar-track"><span class="bar-fill"></span></span>'
        f'<span class="bar-value">{_percent(share)}</span></div>'
    )


def _percent(share: float) -> str:
    return texts.percent(share) if share >= LEAST_SHARE else ""


def _network_view(pixels: np.ndarray | None) -> str:
    label = texts.NETWORK_VIEW_EMPTY if pixels is None else texts.NETWORK_VIEW
    source = pixels_as_png(np.zeros((IMAGE_SIZE, IMAGE_SIZE)) if pixels is None else pixels)
    return (
        f'<figure id="network-view"><img src="{source}" alt="{label}" '
        f'width="{IMAGE_SIZE}" height="{IMAGE_SIZE}"><figcaption>{texts.NETWORK_VIEW}'
        "</figcaption></figure>"
    )
