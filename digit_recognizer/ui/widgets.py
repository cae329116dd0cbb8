"""Pieces of HTML that several parts of the page share; knows nothing about the parts."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr
import jinja2
import numpy as np
from PIL import Image

from digit_recognizer.constants import IMAGE_SIZE
from digit_recognizer.ui.language import texts

MARK_LEVELS = 15
"""Number of strengths in which a mark is drawn, in each of the two colours."""
FOR, AGAINST = (201, 82, 28), (58, 122, 189)
"""Colours of support and of opposition, in light and dark mode."""


def render_status(headline: str, detail: str = "", share: float | None = None) -> str:
    """A headline, a bar and plain sentences below it, each line of `detail` on its own.

    share: done share of the work, 0 to 1; None leaves the bar empty.
    """
    done = 0 if share is None else round(min(max(share, 0), 1) * 100, 1)
    running = " running" if share is not None else ""
    return (
        f'<div class="status{running}"><p class="status-headline" aria-live="polite">'
        f'{html.escape(headline)}</p><div class="progress" role="progressbar" '
        f'aria-label="{html.escape(headline)}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{done:g}"><span style="width:{done:g}%"></span></div>'
        f'<p class="status-detail">{html.escape(detail)}</p></div>'
    )


def png_uri(picture: Image.Image, **options: Any) -> str:
    """A data URI of a picture; `options` go to Pillow's PNG writer."""
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def pixels_as_png(pixels: np.ndarray) -> str:
    """A data URI of float32 (28, 28) in [0, 1], ink 1, drawn as dark ink on white paper."""
    grey = np.round((1 - np.clip(pixels, 0, 1)) * 255).astype(np.uint8)
    return png_uri(Image.fromarray(grey))


def marks_as_png(marks: np.ndarray) -> str:
    """A data URI of float32 (784,) or (28, 28 n), clipped to [-1, 1]; the weaker, the paler."""
    levels = np.rint(np.clip(marks, -1, 1) * MARK_LEVELS).astype(int) + MARK_LEVELS
    picture = Image.fromarray(levels.reshape(IMAGE_SIZE, -1).astype(np.uint8), "P")
    strengths = range(-MARK_LEVELS, MARK_LEVELS + 1)
    picture.putpalette([part for level in strengths for part in (FOR if level > 0 else AGAINST)])
    opacity = bytes(round(255 * abs(level) / MARK_LEVELS) for level in strengths)
    return png_uri(picture, transparency=opacity, compress_level=3)


def render_image(source: str, text: str) -> str:
    """A picture of 28 by 28 pixels; `text` is for people who cannot see it."""
    return (
        f'<img src="{source}" alt="{html.escape(text)}" width="{IMAGE_SIZE}" height="{IMAGE_SIZE}">'
    )


@dataclass(frozen=True)
class Score:
    """A figure: its name in the markup, its label, its value, and its former value."""

    name: str
    label: str
    value: str
    before: str = ""


def render_scores(scores: Iterable[Score]) -> str:
    """The figures as a list in HTML."""
    return template("scores.html").render(scores=scores)


def known_as_base(component: type[gr.blocks.Block]) -> type[gr.blocks.Block]:
    """A decorator: the browser treats a component of ours as its base class, a component of Gradio.

    Gradio asks for both attributes wherever it looks for the component's code in the browser.
    """
    base = component.__base__

    def get_config(self, cls: type | None = None) -> dict[str, Any]:
        """The base class's settings for the browser."""
        return base.get_config(self, cls or base)

    component.is_template = True
    component.get_config = get_config
    return component


@cache
def template(name: str) -> jinja2.Template:
    """A template of Jinja by its path below `ui/`; it escapes filled-in values and knows `texts`.

    Finished markup goes in through the filter `safe`.
    """
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["texts"] = texts
    return environment
