"""A row of example pictures and the handler for a chosen one."""

import html
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.ui.events import AT_ONCE, payload
from digit_recognizer.ui.fast.assets import asset_address
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.pictures.upload import Upload

FOLDER = Path(__file__).parents[2] / "examples"
THUMBNAIL_SIZE = 44
"""Side in pixels of the page."""

_ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-example]');
  if (!button) return;
  const detail = { src: button.firstElementChild.src };
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
    label = html.escape(texts.example(digit))
    return (
        f'<button type="button" data-example="{digit}" title="{label}" aria-label="{label}">'
        f'<img src="{asset_address(example_path(digit))}" alt="" '
        f'width="{THUMBNAIL_SIZE}" height="{THUMBNAIL_SIZE}"></button>'
    )
