"""Networks as files: the component that saves a network, and the check of an uploaded one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from digit_recognizer.constants import MAX_PARAMETERS
from digit_recognizer.errors import BadModel
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.widgets import known_as_base

MODEL_NAME = "my-digits.npz"
MAX_UPLOAD_BYTES = 36 * 2**20
"""Room for a network of MAX_PARAMETERS."""


@known_as_base
class ModelFile(gr.File):
    """A hidden component that saves the network in its value to a file."""

    def __init__(self, **settings: Any):
        super().__init__(visible=False, **settings)

    def postprocess(self, value: Mlp | None) -> FileData | None:
        """Save the network where Gradio serves files from and deletes old ones."""
        if value is None:
            return None
        # One network is one file, however often it is downloaded.
        folder = Path(self.GRADIO_CACHE) / fingerprint(value)
        path = folder / MODEL_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            value.save(path)
        except OSError as error:  # for the log and, in other words, for the visitor
            raise gr.Error(texts.NOT_SAVED) from error
        return FileData(path=str(path), orig_name=MODEL_NAME)


def load_model(path: str) -> Mlp:
    """The network in an uploaded file; BadModel for other files and for too large networks."""
    mlp = Mlp.load(path)
    parameters = sum(array.size for array in (*mlp.weights, *mlp.biases))
    if parameters > MAX_PARAMETERS:
        raise BadModel(
            f"This network has {parameters:,} parameters; the page takes at most "
            f"{MAX_PARAMETERS:,}."
        )
    return mlp


def fingerprint(mlp: Mlp) -> str:
    """SHA-256 of weights and metadata."""
    digest = hashlib.sha256(repr(sorted(mlp.metadata.items())).encode())
    digest.update(repr((mlp.hidden, mlp.temperature, mlp.threshold)).encode())
    for array in (*mlp.weights, *mlp.biases):
        digest.update(array.tobytes())
    return digest.hexdigest()
