"""The drawings a visitor has corrected: a bounded tray of them, and its file.

The file is JSON: {"version": 1, "drawings": [{"digit": 7, "strokes": [[[x, y], …], …]}]}. Knows
nothing about networks and visitors.
"""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, replace

import numpy as np

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import BadStrokes, BadTray, EmptyDrawing
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.strokes import Strokes, parse_strokes, render

MAX_DRAWINGS = 100
MAX_POINTS = 30_000
"""Limit for all drawings together, so that the file of a full tray can be imported again."""
MAX_FILE_BYTES = 750_000
"""Room for a full tray; smaller than the server's limit for a request."""
VERSION = 1
DECIMALS = 4
"""Decimals of a stroke's numbers in the file; the sheet sends no more."""


@dataclass(frozen=True, eq=False)
class Correction:
    """A drawing and its true digit.

    number: unique in this tray. strokes: as drawn. pixels: float32 (28, 28) in [0, 1], ink 1.
    """

    number: int
    digit: int
    strokes: Strokes
    pixels: np.ndarray


class Tray:
    """Corrected drawings in the order they came; safe between threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.corrections: tuple[Correction, ...] = ()
        """Replaced by a new tuple at each change."""

    @property
    def bytes(self) -> int:
        """Memory of the drawings."""
        return sum(
            each.pixels.nbytes + sum(stroke.nbytes for stroke in each.strokes)
            for each in self.corrections
        )

    def find(self, strokes: Strokes) -> Correction | None:
        """The correction of exactly this drawing; None when the tray has none."""
        return next((each for each in self.corrections if each.strokes is strokes), None)

    def put(self, strokes: Strokes, digit: int) -> None:
        """Add a drawing or, if exactly this one is here already, correct its digit.

        Raises BadTray when it has no ink on the sheet, or when the tray is full.
        """
        with self._lock:
            if (known := self.find(strokes)) is not None:
                corrected = replace(known, digit=digit)
                self.corrections = tuple(
                    corrected if each is known else each for each in self.corrections
                )
            else:
                problem = "There is no ink on the sheet."
                self._add([self._corrected(digit, strokes, problem)])

    def remove(self, number: int) -> None:
        """Remove a drawing, if it is here."""
        with self._lock:
            self.corrections = tuple(each for each in self.corrections if each.number != number)

    def export(self) -> str:
        """The tray's file."""
        drawings = [_plain(each) for each in self.corrections]
        return json.dumps({"version": VERSION, "drawings": drawings}, separators=(",", ":"))

    def bring(self, text: object) -> int:
        """Add the drawings of an untrusted file; returns the number of new drawings.

        Raises BadTray, and changes nothing, unless all of them can be added.
        """
        drawings = _parse(text)
        _check_room([strokes for _, strokes in drawings])  # before they are rendered
        brought = []
        for place, (digit, strokes) in enumerate(drawings, 1):
            problem = f"Drawing {place} of the file has no ink."
            brought.append(self._corrected(digit, strokes, problem))
        with self._lock:
            known = [_plain(each) for each in self.corrections]
            new = []
            for correction in brought:
                if (plain := _plain(correction)) not in known:
                    known.append(plain)
                    new.append(correction)
            self._add(new)
        return len(new)

    def _corrected(self, digit: int, strokes: Strokes, problem: str) -> Correction:
        try:
            return Correction(next(self._numbers), digit, strokes, to_pixels(render(strokes)))
        except EmptyDrawing as error:
            raise BadTray(problem) from error

    def _add(self, new: list[Correction]) -> None:
        corrections = (*self.corrections, *new)
        _check_room([each.strokes for each in corrections])
        self.corrections = corrections


def _check_room(drawings: list[Strokes]) -> None:
    points = sum(len(stroke) for strokes in drawings for stroke in strokes)
    if len(drawings) > MAX_DRAWINGS or points > MAX_POINTS:
        raise BadTray(
            f"Your samples may have at most {MAX_DRAWINGS} drawings with "
            f"{MAX_POINTS:,} points in all; remove some."
        )


def _plain(correction: Correction) -> dict[str, object]:
    """The correction as plain JSON values."""
    strokes = [np.round(stroke.astype(float), DECIMALS).tolist() for stroke in correction.strokes]
    return {"digit": correction.digit, "strokes": strokes}


def _parse(text: object) -> list[tuple[int, Strokes]]:
    """Digits and strokes of a file's drawings. Raises BadTray."""
    if not isinstance(text, str) or len(text) > MAX_FILE_BYTES:
        raise BadTray(f"The file is larger than {MAX_FILE_BYTES // 1000} kB.")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadTray("The file is not JSON; choose a file that Export has saved.") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise BadTray("The file has no drawings; choose a file that Export has saved.")
    drawings = content.get("drawings")
    if not isinstance(drawings, list) or not 0 < len(drawings) <= MAX_DRAWINGS:
        raise BadTray(f"The file must have 1 to {MAX_DRAWINGS} drawings.")
    return [_parse_drawing(number, each) for number, each in enumerate(drawings, 1)]


def _parse_drawing(number: int, drawing: object) -> tuple[int, Strokes]:
    digit = drawing.get("digit") if isinstance(drawing, dict) else None
    if type(digit) is not int or not 0 <= digit < NUM_CLASSES:
        raise BadTray(f"Drawing {number} of the file has no digit from 0 to 9.")
    try:
        return digit, parse_strokes(drawing.get("strokes"))
    except BadStrokes as error:
        raise BadTray(f"Drawing {number} of the file cannot be read. {error}") from error
