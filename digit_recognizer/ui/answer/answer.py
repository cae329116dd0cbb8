"""Draws the answer: the digit, ten bars, what the network saw, which network it was.

Pure functions from a `Prediction` to HTML; they know nothing about Gradio, visitors or requests.
Every state of the panel has the same elements, so that nothing moves when an answer arrives. An
answer is no live region: announcer.js says what it has come to, once it has settled.
"""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.language import texts

UNSURE_BELOW = 0.6
"""Answers with less confidence are shown as guesses."""


def render_answer(prediction: Prediction, network: str) -> str:
    """The panel for a prediction; `network` is a plain sentence that names who answered."""
    digit = prediction.digit
    unsure = is_unsure(prediction)
    return render_panel(
        headline='<output class="digit" aria-live="off" '
        f'data-digit="{digit}"{" data-unsure" * unsure}>{digit}</output>',
        caption=say_how_sure(prediction),
        probabilities=prediction.probabilities,
        best=digit,
        pixels=prediction.pixels,
        network=network,
    )


def is_unsure(prediction: Prediction) -> bool:
    """Whether an answer is shown as a guess."""
    return not prediction.is_digit or prediction.may_touch or prediction.confidence < UNSURE_BELOW


def least_sure(predictions: Sequence[Prediction]) -> Prediction:
    """Of the digits of a number, at least one, the one to doubt most."""
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


def render_invitation(network: str) -> str:
    """The panel while there is nothing to read."""
    return render_panel(_note("invitation", texts.INVITATION), network=network)


def render_problem(message: str, network: str) -> str:
    """The panel for a picture that cannot be read; `message` is one plain sentence."""
    return render_panel(_note("problem", message, role="alert"), network=network)


def pixels_as_png(pixels: np.ndarray) -> str:
    """A data URI of float32 (28, 28) in [0, 1], ink 1, drawn as dark ink on white paper."""
    grey = np.round((1 - np.clip(pixels, 0, 1)) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _note(kind: str, text: str, role: str = "note") -> str:
    return f'<p class="note {kind}" role="{role}">{html.escape(text)}</p>'


def render_panel(
    headline: str,
    caption: str = "",
    probabilities: np.ndarray | None = None,
    best: int | None = None,
    pixels: np.ndarray | None = None,
    network: str = "",
) -> str:
    """The panel in any state; `headline` is HTML, all other text plain.

    probabilities: float32 (10,); best: whose bar is marked; pixels: float32 (28, 28) in [0, 1].
    """
    if probabilities is None:
        probabilities = np.zeros(NUM_CLASSES, np.float32)
    bars = "".join(
        _bar(digit, float(share), digit == best) for digit, share in enumerate(probabilities)
    )
    return (
        '<div class="answer">'
        f'<div class="verdict">{headline}<p class="caption">'
        f"{html.escape(caption)}</p></div>"
        f"{_network_view(pixels)}"
        f'<div class="bars" role="list" aria-label="{texts.PROBABILITIES}">{bars}</div>'
        f'<p id="model-in-use">{html.escape(network)}</p>'
        "</div>"
    )


def render_share(share: float) -> str:
    """What stands at the end of a bar."""
    return texts.percent(share) if share >= 0.005 else ""


def _bar(digit: int, share: float, is_best: bool) -> str:
    return (
        f'<div class="bar{" best" * is_best}" role="listitem" data-bar="{digit}" '
        f'data-probability="{share:.4f}" style="--share:{share:.4f}">'
        f'<span class="bar-digit">{digit}</span>'
        '<span class="bar-track"><span class="bar-fill"></span></span>'
        f'<span class="bar-value">{render_share(share)}</span></div>'
    )


def _network_view(pixels: np.ndarray | None) -> str:
    label = texts.NETWORK_VIEW_EMPTY if pixels is None else texts.NETWORK_VIEW
    source = pixels_as_png(np.zeros((IMAGE_SIZE, IMAGE_SIZE)) if pixels is None else pixels)
    return (
        f'<figure id="network-view"><img src="{source}" alt="{label}" '
        f'width="{IMAGE_SIZE}" height="{IMAGE_SIZE}"><figcaption>{texts.NETWORK_VIEW}'
        "</figcaption></figure>"
    )
