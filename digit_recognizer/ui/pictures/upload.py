"""The upload button, files that are pasted or dropped, and how pictures are answered."""

from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.ink.decoding import MAX_FILE_BYTES
from digit_recognizer.ui.answer.answer import AnswerPanel, render_reading
from digit_recognizer.ui.events import AT_ONCE, few_at_once, payload
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.server.guarded_blocks import FileButton
from digit_recognizer.ui.visitors.visitors import Visitors

_INTAKE = Path(__file__).parent / "intake.js"
_IF_WANTED = """
(file) => {
  const detail = { file };
  document.dispatchEvent(new CustomEvent('file-arrived', { detail }));
  return detail.wanted ? file : null;
}
"""


class Intake(gr.HTML):
    """Takes files that are chosen, pasted or dropped anywhere on the page; invisible.

    It shows a picture on the sheet, hands it to the upload button, and raises `select` with a
    `reason`, "type" or "size", for a file that the server would refuse.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            html_template="",
            js_on_load=_INTAKE.read_text(encoding="utf-8"),
            apply_default_css=False,
            max_bytes=MAX_FILE_BYTES,
            only_first=texts.ONLY_FIRST_FILE,
            only_address=texts.ONLY_ADDRESS,
            **settings,
        )


class Upload:
    """The upload button on the page, beside Undo and Clear; the sheet shows the picture."""

    def __init__(self, visitors: Visitors, answer: AnswerPanel):
        self._visitors = visitors
        self.answer = answer
        with gr.Column(elem_id="upload", min_width=0):  # the button's file input stands beside it
            button = FileButton(texts.UPLOAD, size="sm", elem_id="upload-button")
        intake = Intake(elem_id="intake")
        button.upload(
            few_at_once(self.read),
            button,
            [answer],
            js=_IF_WANTED,
            trigger_mode="always_last",
            **AT_ONCE,
        )
        intake.select(self.refuse, None, [answer], **AT_ONCE)

    def read(self, path: str | None, request: gr.Request) -> dict:
        """Answer the picture at `path`; None when the sheet shows something else by now."""
        visitor = self._visitors.visit(request.session_hash)
        if path is not None:
            visitor.upload(path)
        return {self.answer: render_reading(visitor.reading())}

    def refuse(self, event: gr.EventData, request: gr.Request) -> dict:
        """Say why the browser did not upload a file."""
        visitor = self._visitors.visit(request.session_hash)
        too_large = payload(event).get("reason") == "size"
        visitor.refuse_upload(texts.FILE_TOO_LARGE if too_large else texts.WRONG_TYPE)
        return {self.answer: render_reading(visitor.reading())}
