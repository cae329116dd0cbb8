"""The head of the page: its name, what it is for, its languages, and the list of shortcuts.

Knows nothing about Gradio; shortcuts.js opens the list.
"""

from digit_recognizer.ui.language.language import SWITCH
from digit_recognizer.ui.widgets import template


def render_masthead() -> str:
    """The head of the page, with the closed dialog of shortcuts."""
    return template("masthead/masthead.html").render(switch=SWITCH)
