"""Gradio's Blocks for a page on the open internet: what comes is judged, and not kept.

Knows nothing about what is on the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder, is_in_or_equal

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.server.gate import dicts_in


class GuardedBlocks(gr.Blocks):
    """Blocks that answer bad inputs with a sentence, and keep nothing of any input.

    `gr.Blocks` logs a traceback for whatever a component cannot take, fetches files from other
    hosts, and keeps each session's inputs for an hour.
    """

    async def preprocess_data(
        self, block_fn: Any, inputs: list, state: Any, explicit_call: bool = False
    ) -> list:
        """Inputs as the handler takes them; `gr.Error` when a component cannot take them."""
        try:
            for part in dicts_in(inputs):
                uploaded_path(part.get("path"))
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except gr.Error as error:  # for people: a number outside of its range
            raise gr.Error(error.message, print_exception=False) from None
        except Exception as error:
            raise gr.Error(texts.BAD_REQUEST, print_exception=False) from error
        finally:
            for block in block_fn.inputs if state is not None else ():
                state._update_value_in_config(block._id, None)


def uploaded_path(path: object) -> str | None:
    """The path of an uploaded file, from an untrusted one; `gr.Error` for any other file."""
    if path is None:
        return None
    if (
        not isinstance(path, str)
        or not is_in_or_equal(path, get_upload_folder())
        or not Path(path).is_file()
    ):
        raise gr.Error(texts.BAD_REQUEST, print_exception=False)
    return path
