"""The page's languages: the browser translates the server's English.

Switching needs no request and leaves the drawing and the network alone. A language is an entry in
LANGUAGES and a catalog, <code>.json, with a translation of each text in texts.py, of the messages
of errors, and of Gradio's own words; translation.js applies it. Knows nothing about the texts'
meaning.
"""

import html
import json
from dataclasses import dataclass
from pathlib import Path

from digit_recognizer.ui.language import texts

FOLDER = Path(__file__).parent
"""Folder of the catalogs."""


@dataclass(frozen=True)
class Language:
    """A language of the page.

    code: as in the page's `lang`. name and switch: in the language itself; `switch` is the label of
    the button that leads to it.
    """

    code: str
    name: str
    switch: str


ENGLISH = Language("en", "English", "Switch to English")
LANGUAGES = (
    ENGLISH,
    Language("zh-CN", "中文", "切换到中文"),
)


def catalogs() -> dict[str, dict[str, dict[str, str]]]:
    """The translations of English texts, by language and by section: the page's and Gradio's."""
    return {
        language.code: json.loads((FOLDER / f"{language.code}.json").read_text("utf-8"))
        for language in LANGUAGES
        if language is not ENGLISH
    }


def head() -> str:
    """Elements for the page's head: the catalogs, the script that uses them, and a rule that hides
    the switch's button for the language of the page."""
    content = json.dumps(catalogs(), ensure_ascii=False)
    content = content.replace("<", r"\u003c")  # "</script>" in a text would end the element
    script = (FOLDER / "translation.js").read_text("utf-8")
    current = ", ".join(
        f"html:lang({each.code}) #language button[lang='{each.code}']" for each in LANGUAGES
    )
    return (
        f'<script type="application/json" id="catalogs">{content}</script>'
        f"<script>{script}</script><style>{current} {{ display: none; }}</style>"
    )


def render_switch() -> str:
    """The language switch: a button for the other of two languages, or a menu of several."""
    if len(LANGUAGES) == 2:
        return f'<div id="language" translate="no">{"".join(map(_button, LANGUAGES))}</div>'
    label, options = html.escape(texts.LANGUAGE), "".join(map(_option, LANGUAGES))
    return f'<select id="language" aria-label="{label}">{options}</select>'


def _option(language: Language) -> str:
    return (
        f'<option value="{language.code}" lang="{language.code}" translate="no">'
        f"{html.escape(language.name)}</option>"
    )


def _button(language: Language) -> str:
    return (
        f'<button type="button" data-language="{language.code}" lang="{language.code}" '
        f'aria-label="{html.escape(language.switch)}">{html.escape(language.name)}</button>'
    )
