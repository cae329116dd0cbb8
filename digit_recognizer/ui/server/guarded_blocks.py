"""Gradio's Blocks for a page on the open internet: inputs are checked and not kept.

Knows nothing about the page's content.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import gradio_client.utils as client_utils
from gradio.data_classes import FileData
from gradio.utils import get_upload_folder, is_in_or_equal

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.server.gate import dicts_in
from digit_recognizer.ui.widgets import known_as_base


class GuardedBlocks(gr.Blocks):
    """Blocks that answer bad inputs with a sentence and keep no input.

    `gr.Blocks` logs a traceback for each value that a component rejects, fetches files from other
    hosts, and keeps each session's inputs for an hour.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list, state: Any, explicit_call: bool = False
    ) -> list:
        """Values for the handler; `gr.Error` when a component rejects its input."""
        try:
            for part in dicts_in(inputs):
                uploaded_path(part.get("path"))
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except gr.Error as error:  # a component's message for people, on a number out of range
            raise gr.Error(error.message, print_exception=False) from None
        except Exception as error:
            raise gr.Error(texts.BAD_REQUEST, print_exception=False) from error
        finally:
            for block in block_fn.inputs if state is not None else ():
                state._update_value_in_config(block._id, None)


def uploaded_path(path: object) -> str | None:
    """An untrusted path, checked to be an uploaded file's; `gr.Error` for any other."""
    if path is None:
        return None
    if isinstance(path, str) and client_utils.is_http_url_like(path):
        raise gr.Error(texts.ADDRESS_NOT_FETCHED, print_exception=False)
    if (
        not isinstance(path, str)
        or not is_in_or_equal(path, get_upload_folder())
        or not Path(path).is_file()
    ):
        raise gr.Error(texts.BAD_REQUEST, print_exception=False)
    return path


@known_as_base
class FileButton(gr.UploadButton):
    """A button to choose a file; hands over the path of whatever file came."""

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the uploaded file, checked to lie in Gradio's upload folder."""
        return None if payload is None else uploaded_path(payload.path)
