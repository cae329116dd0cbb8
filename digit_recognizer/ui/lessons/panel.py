"""The frame of a lesson's panel, and the pieces that several lessons draw.

Pure functions to HTML; they know nothing about Gradio, visitors or requests.
"""

import html

import numpy as np

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import is_unsure
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.widgets import marks_as_png, pixels_as_png, render_image

FADED = 0.15
"""Strength of the ink under marks."""
STRONGEST = 0.95
"""Share of the marks that are not drawn at full strength."""


def render_panel(name: str, title: str, content: str) -> str:
    """The panel of the lesson `name`; `content` is HTML."""
    return (
        f'<section class="lesson" data-shows="{name}" aria-label="{html.escape(title)}">'
        f"{content}</section>"
    )


def render_sentence(sentence: str) -> str:
    """The content of a panel that cannot explain anything now."""
    return f'<p class="lesson-empty">{html.escape(sentence)}</p>'


def render_picture(pixels: np.ndarray, text: str) -> str:
    """float32 (28, 28) in [0, 1], ink 1; `text` is for people who cannot see it."""
    return f'<span class="pixels">{render_image(pixels_as_png(pixels), text)}</span>'


def render_marks(pixels: np.ndarray, marks: np.ndarray, text: str) -> str:
    """The picture `pixels`, faded, and on it `marks`, float32 (28, 28): orange above 0, else blue.

    `text` is for people who cannot see it.
    """
    strengths = np.abs(marks[marks != 0])
    strongest = float(np.quantile(strengths, STRONGEST)) if len(strengths) else 1.0
    return (
        f'<span class="pixels">{render_image(pixels_as_png(pixels * FADED), text)}'
        f"{render_image(marks_as_png(marks / strongest), '')}</span>"
    )


def render_verdict(prediction: Prediction) -> str:
    """A network's answer: the digit, its confidence, and whether it is a guess."""
    unsure = is_unsure(prediction)
    if not prediction.is_digit:
        caption = texts.said_no_digit(prediction.confidence)
    elif unsure:
        caption = texts.said_unsure(prediction.confidence)
    else:
        caption = texts.sure(prediction.confidence)
    return (
        f'<p class="said"><b data-said="{prediction.digit}"{" data-unsure" * unsure}>'
        f"{prediction.digit}</b> {html.escape(caption)}</p>"
    )
