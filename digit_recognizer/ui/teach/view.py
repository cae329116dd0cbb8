"""The lesson "Teach it": what the drawing really is, the tray, and what a lesson has changed.

Pure functions to HTML; they know nothing about Gradio and requests.
"""

import html
from collections.abc import Mapping

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.strokes import render
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_panel, render_picture
from digit_recognizer.ui.visitors.teaching import Taught, Teaching, read_corrections
from digit_recognizer.ui.visitors.tray import Correction
from digit_recognizer.ui.visitors.visitors import Visitor

WORST = 0.01
"""A network that forgets this share of the test set fills the meter."""


def render_teach(visitor: Visitor) -> str:
    """The panel for what a visitor has drawn, corrected and taught."""
    teaching, taught = visitor.teaching, visitor.teaching.taught
    corrections = teaching.tray.corrections  # once: another request may change the tray meanwhile
    says = read_corrections(visitor.reader.recognizer.mlp, corrections)
    tray = _tray(corrections, taught.said if taught else {}, says)
    parts = f"{_question(visitor)}{tray}{_lesson(teaching, taught, corrections, says)}"
    return render_panel("teach", f'<div class="teach-parts">{parts}</div>')


def _question(visitor: Visitor) -> str:
    """Ten keys: which digit is the one on the sheet?"""
    strokes, known, read = visitor.sheet, None, []
    if strokes is not None:
        known = visitor.teaching.tray.find(strokes)
        try:
            reading = visitor.reader.recognizer.read_ink(render(strokes))
            read = [prediction.digit for prediction in reading]
        except EmptyDrawing:
            strokes = None
    if known is not None:
        sentence = texts.in_tray(known.digit)
    elif len(read) > 1:
        sentence = texts.teach_ask_one("".join(map(str, read)))
    elif read:
        sentence = texts.teach_ask(read[0])
    else:
        sentence = texts.TEACH_EMPTY if visitor.ink() is None else texts.TEACH_UPLOAD
    keys = "".join(
        _key(digit, [digit] == read, known is not None and digit == known.digit, strokes is None)
        for digit in range(NUM_CLASSES)
    )
    return (
        f'<div class="teach-question"><h3>{html.escape(texts.TEACH_QUESTION)}</h3>'
        f'<div class="digit-keys" role="group" aria-label="{html.escape(texts.TEACH_QUESTION)}">'
        f"{keys}</div><p>{html.escape(sentence)}</p></div>"
    )


def _key(digit: int, is_read: bool, is_taught: bool, disabled: bool) -> str:
    label = texts.key_of_read(digit) if is_read else str(digit)
    return (
        f'<button type="button" data-teach="{digit}" aria-pressed="{str(is_taught).lower()}" '
        f'aria-label="{html.escape(label)}"{" data-read" * is_read}{" disabled" * disabled}>'
        f"{digit}</button>"
    )


def _tray(
    corrections: tuple[Correction, ...], said: Mapping[int, int], says: Mapping[int, int]
) -> str:
    """The corrected drawings, each with its digit, and what the network said and says now."""
    if corrections:
        items = "".join(
            _item(each, said.get(each.number), says[each.number]) for each in corrections
        )
        content = f"<ul>{items}</ul>"
    else:
        content = f'<p class="tray-empty">{html.escape(texts.TRAY_EMPTY)}</p>'
    tools = _button("export", texts.EXPORT, not corrections) + _button("import", texts.IMPORT)
    return (
        f'<div class="tray"><h3>{html.escape(texts.tray(len(corrections)))}</h3>{content}'
        f'<div class="teach-buttons">{tools}</div></div>'
    )


def _item(correction: Correction, said: int | None, says: int) -> str:
    """One drawing; `said` is what the network from before the lesson said to it."""
    is_right = " data-right" * (says == correction.digit)
    before = "" if said is None else f"<s>{said}</s> → "
    description = texts.tray_drawing(correction.digit, said, says)
    label = html.escape(texts.remove(correction.digit))
    return (
        f'<li data-taught="{correction.digit}" data-says="{says}">'
        f"{render_picture(correction.pixels, description)}"
        f'<p aria-hidden="true"><b>{correction.digit}</b><span{is_right}>{before}<b>{says}</b>'
        f'</span></p><button type="button" data-remove="{correction.number}" title="{label}" '
        f'aria-label="{label}">×</button></li>'
    )


def _lesson(
    teaching: Teaching,
    taught: Taught | None,
    corrections: tuple[Correction, ...],
    says: Mapping[int, int],
) -> str:
    """The buttons, how far a lesson is, and what the last one has changed."""
    if teaching.learning:
        learn = _button("halt", texts.STOP_LESSON)
    else:
        learn = _button("learn", texts.LEARN, not corrections)
    undo = _button("undo", texts.UNDO_LESSON, taught is None or teaching.learning)
    result = "" if taught is None else _result(taught, corrections, says)
    status = teaching.status or f"<p>{html.escape(texts.LEARN_INFO)}</p>"
    return (
        f'<div class="learning"><div class="teach-buttons">{learn}{undo}</div>{status}{result}'
        "</div>"
    )


def _result(taught: Taught, corrections: tuple[Correction, ...], says: Mapping[int, int]) -> str:
    """Before and after: the drawings of the lesson that are still here, and the test set."""
    drawn = [each for each in corrections if each.number in taught.said]
    scores = ""
    if drawn:
        before = sum(taught.said[each.number] == each.digit for each in drawn)
        after = sum(says[each.number] == each.digit for each in drawn)
        scores += _score(
            "drawings", texts.YOUR_DRAWINGS, f"{before}/{len(drawn)}", f"{after}/{len(drawn)}"
        )
    name = texts.GENERATED_TEST if taught.note else texts.MNIST_TEST
    before, after = (texts.exact_percent(share) for share in (taught.before, taught.after))
    scores += _score("test", name, before, after)
    forgotten = max(0.0, taught.before - taught.after)
    share = min(1.0, forgotten / WORST)
    sentence = texts.forgotten(100 * forgotten) if forgotten else texts.NOTHING_FORGOTTEN
    note = f"<p>{html.escape(taught.note)}</p>" if taught.note else ""
    return (
        f'<dl class="scores">{scores}</dl><div class="forgetting" role="meter" aria-valuemin="0" '
        f'aria-valuemax="1" aria-valuenow="{share:.2f}" aria-valuetext="{html.escape(sentence)}" '
        f'aria-label="{html.escape(texts.FORGETTING)}"><span style="width:{100 * share:.0f}%">'
        f"</span></div><p>{html.escape(sentence)}</p>{note}"
    )


def _score(name: str, label: str, before: str, after: str) -> str:
    return (
        f'<div data-score="{name}"><dt>{html.escape(label)}</dt>'
        f"<dd><span>{html.escape(before)} → </span>{html.escape(after)}</dd></div>"
    )


def _button(name: str, label: str, disabled: bool = False) -> str:
    return (
        f'<button type="button" data-act="{name}"{" disabled" * disabled}>'
        f"{html.escape(label)}</button>"
    )
