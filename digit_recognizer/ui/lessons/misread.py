"""The lesson "What it sees": the input and the answer at each stage of preparation.

Knows nothing about Gradio, visitors or requests.
"""

import numpy as np

from digit_recognizer.ink.stages import stages
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_picture, render_verdict
from digit_recognizer.ui.widgets import template


def render_stages(recognizer: Recognizer, ink: np.ndarray) -> str:
    """The content for float32 (H, W) ink. Raises EmptyDrawing."""
    shown = [
        (
            name,
            render_picture(pixels, texts.NETWORK_VIEW),
            render_verdict(recognizer.predict_pixels(pixels)),
        )
        for name, pixels in stages(ink).items()
    ]
    return template("lessons/misread.html").render(stages=shown)
