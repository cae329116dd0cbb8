"""Draws the head of the page: its name, what it is for, its languages, and the list of shortcuts.

Knows nothing about Gradio; shortcuts.js opens the list.
"""

import html

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.language.language import SWITCH


def render_masthead() -> str:
    """The head of the page, with the closed dialog of shortcuts."""
    title, lead = html.escape(texts.TITLE), html.escape(texts.LEAD)
    name, title_of_help = html.escape(texts.SHORTCUTS), html.escape(texts.SHORTCUTS_TITLE)
    return (
        f"<header><h1>{title}</h1><p>{lead}</p>"
        f'<div class="masthead-tools">{SWITCH}'
        '<button id="help" type="button" aria-haspopup="dialog" aria-keyshortcuts="?" '
        f'aria-label="{name}" title="{title_of_help}">?</button></div>'
        f"</header>{_shortcuts(name)}"
    )


def _shortcuts(name: str) -> str:
    groups = _group(texts.SHORTCUTS_ON_SHEET, texts.SHORTCUTS_OF_SHEET) + _group(
        texts.SHORTCUTS_ANYWHERE, texts.SHORTCUTS_OF_PAGE
    )
    return (
        '<dialog id="shortcuts" aria-labelledby="shortcuts-name"><form method="dialog">'
        f'<h2 id="shortcuts-name">{name}</h2>{groups}'
        f"<button>{html.escape(texts.CLOSE)}</button></form></dialog>"
    )


def _group(where: str, shortcuts: dict[str, str]) -> str:
    """A list of shortcuts: keys, parted by spaces, and what they do."""
    entries = "".join(
        "<div><dt>"
        + " ".join(f"<kbd>{html.escape(key)}</kbd>" for key in keys.split())
        + f"</dt><dd>{html.escape(meaning)}</dd></div>"
        for keys, meaning in shortcuts.items()
    )
    return f"<h3>{html.escape(where)}</h3><dl>{entries}</dl>"
