"""A row of example pictures and the handler for a chosen one."""

import html
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image, ImageOps

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.ui.events import AT_ONCE, inline_file, payload
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.pictures.upload import Upload
from digit_recognizer.ui.widgets import png_uri

FOLDER = Path(__file__).parents[2] / "examples"
THUMBNAIL_SIZE = 88
"""Side in pixels; shown at half the size, for high-resolution screens."""

_ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-example]');
  if (!button) return;
  const detail = { src: button.dataset.picture };
  document.dispatchEvent(new CustomEvent('sheet-picture', { detail }));
  trigger('select', { index: Number(button.dataset.example) });
});
"""


def example_path(digit: int) -> Path:
    """Path of the example picture of a digit."""
    return FOLDER / f"img_{digit}.gif"


class ExampleRow(gr.HTML):
    """Ten small pictures; a click raises `select` with the digit as its `index`."""

    def __init__(self, **settings: Any):
        buttons = "".join(_button(digit) for digit in range(NUM_CLASSES))
        super().__init__(
            value='<div class="examples">'
            f'<p class="over-pictures">{html.escape(texts.EXAMPLES)}</p>'
            f'<div class="example-row">{buttons}</div></div>',
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            **settings,
        )


class Examples:
    """The examples on the page; a chosen one is answered as an upload is."""

    def __init__(self, upload: Upload):
        self._upload = upload
        row = ExampleRow(elem_id="examples")
        row.select(self.take, None, [upload.answer], **AT_ONCE)

    def take(self, event: gr.EventData, request: gr.Request) -> dict:
        """Answer the chosen example, which lies on the sheet already."""
        digit = payload(event).get("index")
        if type(digit) is not int or not 0 <= digit < NUM_CLASSES:
            raise gr.Error(texts.BAD_REQUEST, print_exception=False)
        return self._upload.read(str(example_path(digit)), request)


def _button(digit: int) -> str:
    with Image.open(example_path(digit)) as picture:
        thumbnail = ImageOps.autocontrast(picture.convert("L")).resize(
            (THUMBNAIL_SIZE, THUMBNAIL_SIZE), Image.Resampling.BOX
        )
    label = html.escape(texts.example(digit))
    picture_uri = inline_file(example_path(digit).read_bytes(), "image/gif", "")["url"]
    return (
        f'<button type="button" data-example="{digit}" data-picture="{picture_uri}" '
        f'title="{label}" aria-label="{label}">'
        f'<img src="{png_uri(thumbnail)}" alt="" width="44" height="44"></button>'
    )
