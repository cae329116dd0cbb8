"""Draws the answer to several digits: the number, and each digit's own bars and view.

Pure functions to HTML; they know nothing about Gradio, visitors or requests. A digit carries all
that `answer_panel.js` shows when it is chosen, so that the server is not asked again.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import (
    is_unsure,
    least_sure,
    pixels_as_png,
    render_answer,
    render_panel,
    render_share,
    say_how_sure,
)
from digit_recognizer.ui.language import texts


def render_reading(predictions: Sequence[Prediction], network: str) -> str:
    """The panel for digits from left to right, at least one.

    Of several the least sure is shown first. `network` is a plain sentence that names who answered.
    """
    if len(predictions) == 1:
        return render_answer(predictions[0], network)
    number = "".join(str(prediction.digit) for prediction in predictions)
    least = least_sure(predictions)
    unsure = is_unsure(least)
    digits = "".join(
        _digit(prediction, place, len(predictions), is_shown=prediction is least)
        for place, prediction in enumerate(predictions, 1)
    )
    caption = texts.unsure_number() if unsure else texts.sure_number(least.confidence)
    return render_panel(
        headline=f'<div class="number" role="group" aria-label="{texts.NUMBER}" '
        f'data-number="{number}"{" data-unsure" * unsure} style="--length:{len(number)}">'
        f"{digits}</div>",
        caption=caption,
        probabilities=least.probabilities,
        best=least.digit,
        pixels=least.pixels,
        network=network,
    )


def _digit(prediction: Prediction, place: int, count: int, is_shown: bool) -> str:
    """A digit of a number, with its bars, view and caption."""
    caption = texts.SEPARATOR.join([texts.place(place, count), say_how_sure(prediction)])
    answer = {
        "best": prediction.digit,
        "shares": [f"{share:.4f}" for share in prediction.probabilities],
        "values": [render_share(share) for share in prediction.probabilities],
        "view": pixels_as_png(prediction.pixels),
        "caption": caption,
    }
    label = texts.SEPARATOR.join([str(prediction.digit), caption])
    return (
        f'<button type="button" data-place="{place}" aria-pressed="{str(is_shown).lower()}" '
        f'aria-label="{html.escape(label)}" data-answer="{html.escape(json.dumps(answer))}"'
        f"{' data-unsure' * is_unsure(prediction)}>{prediction.digit}</button>"
    )
