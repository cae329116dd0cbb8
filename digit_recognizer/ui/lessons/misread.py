"""The lesson "Why was I misread?": what the network sees and says at each stage of preparation.

Pure functions to HTML; they know nothing about Gradio, visitors or requests.
"""

import html

import numpy as np

from digit_recognizer.ink.stages import stages
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_panel, render_picture, render_verdict


def render_stages(recognizer: Recognizer, ink: np.ndarray) -> str:
    """The panel for float32 (H, W) ink. Raises EmptyDrawing."""
    steps = "".join(_step(name, pixels, recognizer) for name, pixels in stages(ink).items())
    return render_panel(
        "stages", f'<p>{html.escape(texts.STAGES_INFO)}</p><ol class="steps">{steps}</ol>'
    )


def _step(name: str, pixels: np.ndarray, recognizer: Recognizer) -> str:
    title, explanation = texts.STAGE[name]
    return (
        f'<li data-stage="{name}"><h3>{html.escape(title)}</h3>'
        f"{render_picture(pixels, texts.NETWORK_VIEW)}"
        f"{render_verdict(recognizer.predict_pixels(pixels))}"
        f"<p>{html.escape(explanation)}</p></li>"
    )
