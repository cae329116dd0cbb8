"""Renders the top of the page: name, purpose, switch of languages, and the list of shortcuts.

shortcuts.js opens the list. Knows nothing about Gradio.
"""

import html

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.language.language import render_switch


def render_masthead() -> str:
    """The top of the page, with the closed dialog of shortcuts."""
    title, lead = html.escape(texts.TITLE), html.escape(texts.LEAD)
    name, title_of_help = html.escape(texts.SHORTCUTS), html.escape(texts.SHORTCUTS_TITLE)
    return (
        f"<header><h1>{title}</h1><p>{lead}</p>"
        f'<div class="masthead-tools">{render_switch()}'
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
    """A list of shortcuts: keys, separated by spaces, and their meaning."""
    entries = "".join(
        "<div><dt>"
        + " ".join(f"<kbd>{html.escape(key)}</kbd>" for key in keys.split())
        + f"</dt><dd>{html.escape(meaning)}</dd></div>"
        for keys, meaning in shortcuts.items()
    )
    return f"<h3>{html.escape(where)}</h3><dl>{entries}</dl>"
