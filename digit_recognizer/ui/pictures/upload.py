"""The upload widget: hands over the path of whatever file came, and leaves it to others to open."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData

from digit_recognizer.ink.decoding import MAX_FILE_BYTES
from digit_recognizer.ui.server.guarded_blocks import uploaded_path

_GUARD = Path(__file__).parent / "upload_guard.js"


class Upload(gr.Image):
    """An image widget whose files arrive as they are, and whose bad files raise nothing.

    `gr.Image` opens the file before a handler runs; what it cannot open becomes an error whose text
    nobody has chosen. This one passes the path on.
    """

    is_template = True  # the browser knows it as its base class

    def __init__(self, **settings: Any):
        super().__init__(
            type="filepath", image_mode=None, sources=["upload", "clipboard"], **settings
        )

    def get_config(self, cls: type | None = None) -> dict[str, Any]:
        """The settings that the browser needs: those of the base class."""
        return super().get_config(cls or gr.Image)

    def preprocess(self, payload: ImageData | None) -> str | None:
        """The path of the uploaded file, checked to lie in Gradio's upload folder."""
        return None if payload is None else uploaded_path(payload.path)


class UploadGuard(gr.HTML):
    """Invisible: raises `select` with a `reason`, "type" or "size", for files not worth sending.

    The widget itself would show them as errors in words of its own. Also lets a picture be pasted
    anywhere on the page.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template="",
            js_on_load=_GUARD.read_text(encoding="utf-8"),
            apply_default_css=False,
            max_bytes=MAX_FILE_BYTES,
            **settings,
        )
