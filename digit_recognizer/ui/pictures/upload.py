"""The upload widget and the handlers for an uploaded picture."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData

from digit_recognizer.ink.decoding import MAX_FILE_BYTES
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import AT_ONCE, payload
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.server.guarded_blocks import uploaded_path
from digit_recognizer.ui.visitors.visitors import Visitors
from digit_recognizer.ui.widgets import known_as_base

_GUARD = Path(__file__).parent / "upload_guard.js"


@known_as_base
class ImageUpload(gr.Image):
    """An image widget that hands over the path of any uploaded file.

    `gr.Image` opens the file before a handler runs, and shows an error of its own for a file that
    it cannot open.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            type="filepath", image_mode=None, sources=["upload", "clipboard"], **settings
        )

    def preprocess(self, payload: ImageData | None) -> str | None:
        """The path of the uploaded file, checked to lie in Gradio's upload folder."""
        return None if payload is None else uploaded_path(payload.path)


class UploadGuard(gr.HTML):
    """Refuses files in the browser, and lets a picture be pasted anywhere on the page; invisible.

    It raises `select` with a `reason`, "type" or "size", for a file that the widget would refuse in
    its own words.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template="",
            js_on_load=_GUARD.read_text(encoding="utf-8"),
            apply_default_css=False,
            max_bytes=MAX_FILE_BYTES,
            **settings,
        )


class Upload:
    """The upload widget on the page, below its heading."""

    def __init__(self, visitors: Visitors, answer: AnswerPanel):
        self._visitors = visitors
        self._answer = answer
        gr.HTML(f'<p class="over-pictures">{texts.UPLOAD}</p>', apply_default_css=False)
        self.widget = ImageUpload(
            label=texts.UPLOAD,
            show_label=False,
            placeholder=texts.UPLOAD_PLACEHOLDER,
            buttons=[],
            height=170,
            elem_id="upload",
        )
        guard = UploadGuard(elem_id="upload-guard")
        self.widget.input(self.read, self.widget, [answer], trigger_mode="always_last", **AT_ONCE)
        guard.select(self.refuse, None, [answer], **AT_ONCE)

    def read(self, path: str | None, request: gr.Request) -> dict:
        """Answer the picture at `path`; None when it was taken away."""
        visitor = self._visitors.visit(request.session_hash)
        visitor.upload(path)
        return {self._answer: render_reading(visitor.reading())}

    def refuse(self, event: gr.EventData, request: gr.Request) -> dict:
        """Say why the browser did not upload a file."""
        visitor = self._visitors.visit(request.session_hash)
        too_large = payload(event).get("reason") == "size"
        visitor.refuse_upload(texts.FILE_TOO_LARGE if too_large else texts.WRONG_TYPE)
        return {self._answer: render_reading(visitor.reading())}
