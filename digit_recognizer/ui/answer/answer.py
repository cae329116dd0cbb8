"""The answer: the digit or the number, its bars, the network's input and the network's name.

Every state of the panel has the same elements, so that nothing moves when an answer arrives. The
answer is not a live region: answer.js tells screen readers the answer that stays. Knows nothing
about visitors or events.
"""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.recognizer import Lines, Prediction
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Reading
from digit_recognizer.ui.widgets import pixels_as_png

UNSURE_BELOW = 0.6
"""Answers with less confidence are shown as guesses."""
LEAST_SHARE = 0.005
"""Smaller shares have neither a bar nor a number."""


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
    return not prediction.is_digit or prediction.may_touch or share_of(prediction) < UNSURE_BELOW


def share_of(prediction: Prediction) -> float:
    """The probability of the digit among all that a picture can be, no digit included."""
    return prediction.confidence * (1 - (prediction.none or 0))


def least_certain(predictions: Sequence[Prediction]) -> Prediction:
    """The least certain of at least one prediction."""
    return min(predictions, key=lambda each: (not is_unsure(each), share_of(each)))


def say_how_sure(prediction: Prediction) -> str:
    """The caption of a digit."""
    none, share = prediction.none, share_of(prediction)
    if prediction.may_touch:
        return texts.may_touch()
    if not prediction.is_digit and (none is None or none >= share):
        return texts.no_digit()
    if is_unsure(prediction):
        runner_up = int(np.argsort(prediction.probabilities)[-2])
        if none is not None and none > prediction.probabilities[runner_up] * (1 - none):
            return texts.perhaps_none(prediction.digit)
        return texts.unsure(prediction.digit, runner_up)
    return texts.sure(share)


def render_reading(reading: Reading) -> str:
    """The panel for an answer, a problem, or nothing to read yet."""
    network, predictions = reading.network, reading.predictions
    if reading.problem:
        return render_problem(reading.problem, network)
    if not predictions:
        return _render_panel(_note("invitation", texts.INVITATION), network)
    if len(predictions) == 1:
        headline, caption = _digit(predictions[0]), say_how_sure(predictions[0])
    else:
        headline, caption = _number(reading.lines), _say_how_sure_of_all(predictions)
    shown, built_in = least_certain(predictions), _say_built_in(reading.built_in)
    return _render_panel(headline, network, caption, shown, built_in)


def render_problem(message: str, network: Network) -> str:
    """The panel for input that cannot be read; `message` is one plain sentence."""
    return _render_panel(_note("problem", message, role="alert"), network)


def _say_built_in(lines: Lines) -> str:
    """What the built-in network reads, or nothing when it is the one that answers."""
    if not lines:
        return ""
    number, least = _text(lines), least_certain([each for line in lines for each in line])
    if is_unsure(least):
        return texts.built_in_doubts(number)
    return texts.built_in_says(number, share_of(least))


def _note(kind: str, text: str, role: str = "note") -> str:
    return f'<p class="note {kind}" role="{role}">{html.escape(text)}</p>'


def _digit(prediction: Prediction) -> str:
    digit = prediction.digit
    return (
        f'<output class="digit" aria-live="off" data-box="{_box(prediction)}" '
        f'data-digit="{digit}"{" data-unsure" * is_unsure(prediction)}>{digit}</output>'
    )


def _box(prediction: Prediction) -> str:
    """Where the digit lies in a picture, for the sheet that shows it."""
    return " ".join(map(str, prediction.box))


def _text(lines: Lines) -> str:
    """The digits of each line, with a space between lines."""
    return " ".join("".join(str(each.digit) for each in line) for line in lines)


def _number(lines: Lines) -> str:
    """A button for each digit, line by line; the least certain one is shown first."""
    predictions = [prediction for line in lines for prediction in line]
    least, places = least_certain(predictions), itertools.count(1)
    digits = " <br>".join(
        "".join(
            _digit_of_number(each, next(places), len(predictions), is_shown=each is least)
            for each in line
        )
        for line in lines
    )
    return (
        f'<div class="number" role="group" aria-label="{texts.NUMBER}" '
        f'data-number="{_text(lines)}"{" data-unsure" * is_unsure(least)} '
        f'style="--length:{max(map(len, lines))};--lines:{len(lines)}">{digits}</div>'
    )


def _digit_of_number(prediction: Prediction, place: int, count: int, is_shown: bool) -> str:
    """A digit with all data that answer.js shows about it, so that no request is needed."""
    caption = texts.SEPARATOR.join([texts.place(place, count), say_how_sure(prediction)])
    bars = _bars(prediction)
    answer = {
        "best": prediction.digit,
        "doubted": is_unsure(prediction),
        "probabilities": [f"{bar.probability:.4f}" for bar in bars],
        "shares": [bar.length for bar in bars],
        "values": [bar.value for bar in bars],
        "view": pixels_as_png(prediction.pixels),
        "caption": caption,
    }
    label = texts.SEPARATOR.join([str(prediction.digit), caption])
    return (
        f'<button type="button" data-place="{place}" data-box="{_box(prediction)}" '
        f'aria-pressed="{str(is_shown).lower()}" '
        f'aria-label="{html.escape(label)}" data-answer="{html.escape(json.dumps(answer))}"'
        f"{' data-unsure' * is_unsure(prediction)}>{prediction.digit}</button>"
    )


def _say_how_sure_of_all(predictions: Sequence[Prediction]) -> str:
    least = least_certain(predictions)
    return texts.unsure_number() if is_unsure(least) else texts.sure_number(share_of(least))


def _render_panel(
    headline: str,
    network: Network,
    caption: str = "",
    shown: Prediction | None = None,
    built_in: str = "",
) -> str:
    """The panel in any state; `headline` is HTML, `shown` the prediction whose bars are drawn."""
    best = None if shown is None else shown.digit
    bars = "".join(_render_bar(bar, bar.name == str(best)) for bar in _bars(shown))
    doubted = " doubted" * (shown is not None and is_unsure(shown))
    return (
        '<div class="answer">'
        f'<div class="verdict">{headline}<p class="caption">{html.escape(caption)}</p></div>'
        f"{_network_view(None if shown is None else shown.pixels)}"
        f'<div class="bars{doubted}" role="list" aria-label="{texts.PROBABILITIES}">{bars}</div>'
        '<div class="who">'
        f'<p class="badge" id="model-in-use" data-kind="{network.kind}" '
        f'data-network="{network.number}">'
        f"<bdi>{html.escape(network.name)}</bdi></p>"
        f'<p class="built-in">{html.escape(built_in)}</p></div>'
        "</div>"
    )


@dataclass(frozen=True)
class _Bar:
    """A bar: a digit or "none", its probability, 0 to 1, and its number. All bars sum to 1.

    is_known: False for "none" of a network that does not know what is no digit.
    """

    name: str
    probability: float
    value: str = ""
    is_known: bool = True

    @property
    def length(self) -> str:
        """How long the bar is drawn; a sliver is not."""
        return f"{self.probability:.4f}" if self.probability >= LEAST_SHARE else "0"


def _bars(prediction: Prediction | None) -> list[_Bar]:
    """The bars of the digits and the one of no digit; all empty without a prediction."""
    if prediction is None:
        return [_Bar(name, 0.0) for name in (*map(str, range(NUM_CLASSES)), "none")]
    none = prediction.none or 0.0
    shares = [float(each) * (1 - none) for each in prediction.probabilities]
    bars = [_Bar(str(digit), share, _percent(share)) for digit, share in enumerate(shares)]
    if prediction.none is None:
        return [*bars, _Bar("none", 0.0, texts.NONE_UNKNOWN, is_known=False)]
    return [*bars, _Bar("none", none, _percent(none))]


def _render_bar(bar: _Bar, is_best: bool) -> str:
    is_none = bar.name == "none"
    label, title = (texts.NONE, f' title="{texts.NONE_TITLE}"') if is_none else (bar.name, "")
    return (
        f'<div class="bar{" best" * is_best}{" unknown" * (not bar.is_known)}" role="listitem" '
        f'data-bar="{bar.name}" data-probability="{bar.probability:.4f}" '
        f'style="--share:{bar.length}"{title}><span class="bar-digit">{label}</span>'
        '<span class="bar-track"><span class="bar-fill"></span></span>'
        f'<span class="bar-value">{bar.value}</span></div>'
    )


def _percent(share: float) -> str:
    return texts.percent(share) if share >= LEAST_SHARE else ""


def _network_view(pixels: np.ndarray | None) -> str:
    label = texts.NETWORK_VIEW_EMPTY if pixels is None else texts.NETWORK_VIEW
    source = pixels_as_png(np.zeros((IMAGE_SIZE, IMAGE_SIZE)) if pixels is None else pixels)
    return (
        f'<figure id="network-view"><img src="{source}" alt="{label}" '
        f'width="{IMAGE_SIZE}" height="{IMAGE_SIZE}"><figcaption>{IMAGE_SIZE} × {IMAGE_SIZE}'
        "</figcaption></figure>"
    )
