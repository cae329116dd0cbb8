"""The page in English and Chinese: the browser translates what the server says in English.

So a switch needs no request and leaves the drawing and the network alone. zh-CN.json gives the
Chinese for each text of texts.py, for the messages of errors, and for Gradio's own words;
translation.js applies it. Knows nothing about what the texts say.
"""

import json
from pathlib import Path

_FOLDER = Path(__file__).parent
CATALOG = _FOLDER / "zh-CN.json"

# Each button is in the language it leads to; the style sheet shows the one that is of use.
SWITCH = (
    '<div id="language" translate="no">'
    '<button type="button" data-language="zh-CN" lang="zh-CN" aria-label="切换到中文">中文</button>'
    '<button type="button" data-language="en" lang="en" aria-label="Switch to English">English'
    "</button></div>"
)


def head() -> str:
    """Elements for the page's head: the catalog and the script that uses it."""
    catalog = json.dumps(json.loads(CATALOG.read_text("utf-8")), ensure_ascii=False)
    catalog = catalog.replace("<", r"\u003c")  # "</script>" in a text would end the element
    script = (_FOLDER / "translation.js").read_text("utf-8")
    return (
        f'<script type="application/json" id="chinese">{catalog}</script><script>{script}</script>'
    )
