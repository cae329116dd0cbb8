"""Renders the top of the page: name, purpose, switch of languages, and the list of shortcuts.

shortcuts.js opens the list. Knows nothing about Gradio.
"""

from digit_recognizer.ui.language.language import render_switch
from digit_recognizer.ui.widgets import template


def render_masthead() -> str:
    """The top of the page, with the closed dialog of shortcuts."""
    return template("masthead/masthead.html").render(switch=render_switch())
