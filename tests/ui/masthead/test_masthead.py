import xml.etree.ElementTree as ElementTree

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.masthead.masthead import render_masthead


def test_every_shortcut_is_listed_in_a_closed_named_dialog():
    page = ElementTree.fromstring(f"<div>{render_masthead()}</div>")
    dialog = page.find("dialog")
    assert dialog.get("open") is None
    assert page.find(f".//*[@id='{dialog.get('aria-labelledby')}']").text == texts.SHORTCUTS
    listed = {
        " ".join(key.text for key in entry.iter("kbd")): entry.find("dd").text
        for entry in dialog.iter("div")
    }
    assert listed == texts.SHORTCUTS_OF_SHEET | texts.SHORTCUTS_OF_PAGE


def test_texts_are_escaped(monkeypatch):
    for name in ("TITLE", "LEAD", "SHORTCUTS", "CLOSE", "SHORTCUTS_ANYWHERE"):
        monkeypatch.setattr(texts, name, "<b>")
    monkeypatch.setattr(texts, "SHORTCUTS_OF_PAGE", {"<": "<b>"})
    assert "<b>" not in render_masthead()
