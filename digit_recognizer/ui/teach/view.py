"""Draws the panel of *Teach it*: the question, the tray, and the effect of a fine-tuning.

Knows nothing about Gradio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.panel import render_panel, render_picture
from digit_recognizer.ui.visitors.teaching import Taught, read_corrections
from digit_recognizer.ui.visitors.tray import Correction
from digit_recognizer.ui.visitors.visitor import Visitor
from digit_recognizer.ui.widgets import Score, render_scores, render_status, template

WORST = 0.01
"""Share of the test set whose loss fills the meter of forgetting."""


def render_teach(visitor: Visitor) -> str:
    """The panel for a visitor's drawing, corrections and last fine-tuning."""
    teaching, taught, job = visitor.teaching, visitor.teaching.taught, visitor.job
    corrections = teaching.tray.corrections  # once: another request may change the tray meanwhile
    says = read_corrections(visitor.reader.recognizer.mlp, corrections)
    sheet = visitor.sheet
    read = [] if sheet is None else [each.digit for each in visitor.reading().predictions]
    known = None if sheet is None else teaching.tray.find(sheet)
    status = teaching.status
    content = template("teach/teach.html").render(
        digits=range(NUM_CLASSES),
        read=read,
        known=known and known.digit,
        can_correct=bool(read),
        question=_question(visitor, read, known),
        corrections=corrections,
        said=taught.said if taught else {},
        says=says,
        picture=render_picture,
        learning=job is not None and job.is_fine_tuning,
        taught=taught,
        status=status and render_status(status.headline, status.detail, status.share),
        **(_result(taught, corrections, says) if taught else {}),
    )
    return render_panel("teach", texts.TEACH, content)


def _question(visitor: Visitor, read: list[int], known: Correction | None) -> str:
    """The next step for a visitor whose drawing was read as the digits `read`."""
    if known is not None:
        return texts.in_tray(known.digit)
    if len(read) > 1:
        return texts.teach_ask_one("".join(map(str, read)))
    if read:
        return texts.teach_ask(read[0])
    return texts.TEACH_EMPTY if visitor.ink() is None else texts.TEACH_UPLOAD


def _result(
    taught: Taught, corrections: Sequence[Correction], says: Mapping[int, int]
) -> dict[str, object]:
    """Before and after: the taught drawings that are still in the tray, and the test set."""
    drawn = [each for each in corrections if each.number in taught.said]
    scores = []
    if drawn:
        before = sum(taught.said[each.number] == each.digit for each in drawn)
        after = sum(says[each.number] == each.digit for each in drawn)
        count = len(drawn)
        scores.append(
            Score("drawings", texts.YOUR_DRAWINGS, f"{after}/{count}", f"{before}/{count}")
        )
    name = texts.GENERATED_TEST if taught.note else texts.MNIST_TEST
    before, after = (texts.exact_percent(share) for share in (taught.before, taught.after))
    scores.append(Score("test", name, after, before))
    forgotten = max(0.0, taught.before - taught.after)
    sentence = texts.forgotten(forgotten, on_mnist=not taught.note)
    return {
        "scores": render_scores(scores),
        "forgotten": sentence if forgotten else texts.NOTHING_FORGOTTEN,
        "forgotten_share": min(1.0, forgotten / WORST),
    }
