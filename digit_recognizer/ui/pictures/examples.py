"""A row of example pictures as a Gradio component."""

import base64
import html
import io
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageOps

from digit_recognizer.ui.language import texts

FOLDER = Path(__file__).parents[2] / "examples"
THUMBNAIL_SIZE = 88
"""Side in pixels; shown at half of it, for fine screens."""

_ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-example]');
  if (button) trigger('select', { index: Number(button.dataset.example) });
});
"""


def example_path(digit: int) -> Path:
    """Where the example picture of a digit is."""
    return FOLDER / f"img_{digit}.gif"


class Examples(gr.HTML):
    """Ten small pictures; a click raises `select` with the digit as its `index`."""

    def __init__(self, **settings: Any):
        buttons = "".join(_button(digit) for digit in range(10))
        super().__init__(
            value='<div class="examples">'
            f'<p class="over-pictures">{html.escape(texts.EXAMPLES)}</p>'
            f'<div class="example-row">{buttons}</div></div>',
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            **settings,
        )


def _button(digit: int) -> str:
    with Image.open(example_path(digit)) as picture:
        thumbnail = ImageOps.autocontrast(picture.convert("L")).resize(
            (THUMBNAIL_SIZE, THUMBNAIL_SIZE), Image.Resampling.BOX
        )
    file = io.BytesIO()
    thumbnail.save(file, "PNG")
    source = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    label = html.escape(texts.example(digit))
    return (
        f'<button type="button" data-example="{digit}" title="{label}" aria-label="{label}">'
        f'<img src="{source}" alt="" width="44" height="44"></button>'
    )
