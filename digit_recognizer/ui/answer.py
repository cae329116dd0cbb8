"""Draws the answer: the digit, ten bars, what the network saw, which network it was.

Pure functions from a `Prediction` to HTML; they know nothing about Gradio, visitors or requests.
Every state of the panel has the same elements, so that nothing moves when an answer arrives. An
answer is no live region: announcer.js says what it has come to, once it has settled.
"""

import base64
import html
import io

import numpy as np
from PIL import Image

from digit_recognizer.config import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui import texts

UNSURE_BELOW = 0.6
"""Answers with less confidence are shown as guesses."""


def render_answer(prediction: Prediction, network: str) -> str:
    """The panel for a prediction; `network` is a plain sentence that names who answered."""
    digit = prediction.digit
    unsure = is_unsure(prediction)
    if not prediction.is_digit:
        caption = texts.no_digit()
    elif unsure:
        caption = texts.unsure(digit, int(np.argsort(prediction.probabilities)[-2]))
    else:
        caption = texts.sure(prediction.confidence)
    return _panel(
        headline='<output class="digit" aria-live="off" '
        f'data-digit="{digit}"{" data-unsure" * unsure}>{digit}</output>',
        caption=caption,
        probabilities=prediction.probabilities,
        best=digit,
        pixels=prediction.pixels,
        network=network,
    )


def is_unsure(prediction: Prediction) -> bool:
    """Whether an answer is shown as a guess."""
    return not prediction.is_digit or prediction.confidence < UNSURE_BELOW


def render_invitation(network: str) -> str:
    """The panel while there is nothing to read."""
    return _panel(_note("invitation", texts.INVITATION), network=network)


def render_problem(message: str, network: str) -> str:
    """The panel for a picture that cannot be read; `message` is one plain sentence."""
    return _panel(_note("problem", message, role="alert"), network=network)


def pixels_as_png(pixels: np.ndarray) -> str:
    """A data URI of float32 (28, 28) in [0, 1], ink 1, drawn as dark ink on white paper."""
    grey = np.round((1 - np.clip(pixels, 0, 1)) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _note(kind: str, text: str, role: str = "note") -> str:
    return f'<p class="note {kind}" role="{role}">{html.escape(text)}</p>'


def _panel(headline, caption="", probabilities=None, best=None, pixels=None, network="") -> str:
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


def _bar(digit: int, share: float, is_best: bool) -> str:
    value = texts.percent(share) if share >= 0.005 else ""
    return (
        f'<div class="bar{" best" * is_best}" role="listitem" data-bar="{digit}" '
        f'data-probability="{share:.4f}" style="--share:{share:.4f}">'
        f'<span class="bar-digit">{digit}</span>'
        '<span class="bar-track"><span class="bar-fill"></span></span>'
        f'<span class="bar-value">{value}</span></div>'
    )


def _network_view(pixels: np.ndarray | None) -> str:
    label = texts.NETWORK_VIEW_EMPTY if pixels is None else texts.NETWORK_VIEW
    source = pixels_as_png(np.zeros((IMAGE_SIZE, IMAGE_SIZE)) if pixels is None else pixels)
    return (
        f'<figure id="network-view"><img src="{source}" alt="{label}" '
        f'width="{IMAGE_SIZE}" height="{IMAGE_SIZE}"><figcaption>{texts.NETWORK_VIEW}'
        "</figcaption></figure>"
    )
