"""The page's languages: the browser translates the server's English.

A catalog comes when its language is asked for first; switching leaves the drawing and the network
alone. A language is an entry in LANGUAGES and a catalog, <code>.json, with a translation of each
text in texts.py, of the messages of errors, and of Gradio's own words; translation.js applies it.
Knows nothing about the texts' meaning.
"""

import html
import json
from collections.abc import Mapping
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


def catalog_paths() -> dict[str, Path]:
    """The file with the translations of English texts, the page's and Gradio's, by language."""
    codes = [language.code for language in LANGUAGES if language is not ENGLISH]
    return {code: FOLDER / f"{code}.json" for code in codes}


def head(addresses: Mapping[str, str]) -> str:
    """Elements for the page's head: the script that translates, and a rule that hides the switch's
    button for the language of the page.

    addresses: where the page finds the catalog of each language.
    """
    content = json.dumps(addresses).replace("<", r"\u003c")  # "</script>" would end the element
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
