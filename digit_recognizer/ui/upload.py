"""The upload widget: hands over the path of whatever file came, and leaves it to others to open."""

from typing import Any

import gradio as gr
from gradio.data_classes import ImageData


class Upload(gr.Image):
    """An image widget whose files arrive as they are, and whose bad files raise nothing.

    `gr.Image` opens the file before a handler runs; what it cannot open becomes an error whose text
    nobody has chosen. This one passes the path on. Its `error` event, which the browser raises for
    a file of the wrong type or size, can be listened to.
    """

    EVENTS = (*gr.Image.EVENTS, "error")
    is_template = True  # the browser knows it as its base class

    def __init__(self, **settings: Any):
        super().__init__(
            type="filepath", image_mode=None, sources=["upload", "clipboard"], **settings
        )

    def preprocess(self, payload: ImageData | None) -> str | None:
        """The path of the uploaded file, already checked to lie in Gradio's upload folder."""
        return None if payload is None else payload.path
