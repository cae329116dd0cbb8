"""A visitor's latest trainings, one below the other, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from digit_recognizer.training.events import EpochFigures
from digit_recognizer.ui.visitors.run import Record
from digit_recognizer.ui.widgets import template


class Runs(gr.HTML):
    """A row a training; an earlier one that is chosen raises `select` with its `number`."""

    def __init__(self, **settings: Any):
        super().__init__(
            js_on_load=(Path(__file__).parent / "runs.js").read_text(encoding="utf-8"),
            apply_default_css=False,
            **settings,
        )


def render_runs(records: Sequence[Record], previous: Sequence[EpochFigures]) -> str:
    """The trainings, the newest first; `previous` are the figures that it is compared with."""
    compared = [each.number for each in records[:-1] if tuple(previous) == tuple(each.figures)]
    return template("report/runs.html").render(
        records=records, compared=compared[-1] if compared else None
    )
