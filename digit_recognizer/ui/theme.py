"""The page's look: Gradio's theme in the page's colours, and the style sheets."""

from pathlib import Path

import gradio as gr

STYLE_SHEETS = (
    "page.css",
    "masthead/masthead.css",
    "sketchpad/sketchpad.css",
    "answer/answer.css",
    "lessons/lessons.css",
    "lessons/inside.css",
    "teach/teach.css",
    "pictures/pictures.css",
    "training/training.css",
    "training/course.css",
    "training/charts.css",
    "report/report.css",
    "forced-colors.css",
)
"""Paths relative to this folder, in the order of the page."""
_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def make_theme() -> gr.themes.Base:
    """Gradio's theme in the colours of page.css, with fonts of the visitor's system."""
    return gr.themes.Base(
        primary_hue="orange", neutral_hue="stone", font=_FONT, font_mono=_MONO,
        radius_size="lg", text_size="md",
    ).set(
        body_background_fill="var(--desk)",
        body_background_fill_dark="var(--desk)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        body_text_color_subdued="var(--faint-ink)",
        body_text_color_subdued_dark="var(--faint-ink)",
        background_fill_primary="var(--paper)",
        background_fill_primary_dark="var(--paper)",
        background_fill_secondary="var(--panel)",
        background_fill_secondary_dark="var(--panel)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_text_color="var(--faint-ink)",
        block_label_text_color_dark="var(--faint-ink)",
        block_title_text_color="var(--ink)",
        block_title_text_color_dark="var(--ink)",
        block_info_text_color="var(--faint-ink)",
        block_info_text_color_dark="var(--faint-ink)",
        border_color_primary="var(--line)",
        border_color_primary_dark="var(--line)",
        color_accent="var(--answer)",
        checkbox_border_color="var(--faint-ink)",
        checkbox_border_color_dark="var(--faint-ink)",
        slider_color="var(--answer)",
        slider_color_dark="var(--answer)",
        input_background_fill="var(--paper)",
        input_background_fill_dark="var(--paper)",
        input_border_color="var(--line)",
        input_border_color_dark="var(--line)",
        button_primary_background_fill="var(--answer)",
        button_primary_background_fill_dark="var(--answer)",
        button_primary_background_fill_hover="var(--answer-strong)",
        button_primary_background_fill_hover_dark="var(--answer-strong)",
        button_primary_text_color="var(--on-answer)",
        button_primary_text_color_dark="var(--on-answer)",
        button_secondary_background_fill="var(--paper)",
        button_secondary_background_fill_dark="var(--paper)",
        button_secondary_text_color="var(--ink)",
        button_secondary_text_color_dark="var(--ink)",
    )  # fmt: skip


def style_sheet() -> str:
    """All style sheets in one text."""
    folder = Path(__file__).parent
    return "\n".join((folder / name).read_text("utf-8") for name in STYLE_SHEETS)
