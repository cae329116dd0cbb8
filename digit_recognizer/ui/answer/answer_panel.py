"""The answer panel as a Gradio component; knows nothing about how answers are drawn."""

from pathlib import Path
from typing import Any

import gradio as gr


class AnswerPanel(gr.HTML):
    """The answer; of a number, the digit that is pointed at, focused or tapped shows its bars."""

    def __init__(self, value: str = "", **settings: Any):  # Gradio makes it anew without one
        super().__init__(
            value,
            js_on_load=(Path(__file__).parent / "answer_panel.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )
