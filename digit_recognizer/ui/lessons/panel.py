"""The frame of a lesson's panel, and what all lessons draw alike.

Pure functions to HTML; they know nothing about Gradio, visitors or requests.
"""

import html

import numpy as np

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import is_unsure, pixels_as_png
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.weights import weights_as_png

FADED = 0.15
"""Ink under marks is drawn this strong."""
STRONGEST = 0.95
"""Share of the marks that are not drawn at full strength."""


def render_panel(name: str, content: str) -> str:
    """The panel of the lesson `name`; `content` is HTML."""
    return (
        f'<section class="lesson" data-shows="{name}" '
        f'aria-label="{html.escape(texts.LESSONS[name])}">{content}</section>'
    )


def render_nothing_yet(name: str) -> str:
    """The panel while there is no ink to explain."""
    return _render_sentence(name, texts.NOTHING_TO_EXPLAIN[name])


def render_too_many(name: str) -> str:
    """The panel while several digits are read."""
    return _render_sentence(name, texts.EXPLAINS_ONE_DIGIT)


def render_picture(pixels: np.ndarray, text: str) -> str:
    """float32 (28, 28) in [0, 1], ink 1; `text` for those who cannot see it."""
    return f'<span class="pixels">{_image(pixels_as_png(pixels), text)}</span>'


def render_marks(pixels: np.ndarray, marks: np.ndarray, text: str) -> str:
    """The picture `pixels`, faded, and on it `marks`, float32 (28, 28): orange above 0, else blue.

    `text` is for those who cannot see it.
    """
    strengths = np.abs(marks[marks != 0])
    strongest = float(np.quantile(strengths, STRONGEST)) if len(strengths) else 1.0
    return (
        f'<span class="pixels">{_image(pixels_as_png(pixels * FADED), text)}'
        f"{_image(weights_as_png(marks / strongest), '')}</span>"
    )


def render_verdict(prediction: Prediction) -> str:
    """What a network says: the digit, how sure it is, and whether that is a guess."""
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


def _render_sentence(name: str, sentence: str) -> str:
    return render_panel(name, f'<p class="lesson-empty">{html.escape(sentence)}</p>')


def _image(source: str, text: str) -> str:
    return (
        f'<img src="{source}" alt="{html.escape(text)}" width="{IMAGE_SIZE}" height="{IMAGE_SIZE}">'
    )
