"""Groups the marks on a page into lines of writing, top to bottom.

Lines may slant, differ in length and stand close. Knows nothing about digits or networks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from digit_recognizer.ink.marks import Mark, find_marks, grow, keep_row

PAGE_CELLS = 66_000
"""Cells of the grid on which a page's marks are told apart: digits a twentieth of its height are
nine cells high."""
TALL = 0.4
"""Marks of at least this share of the tallest one's height carry the lines; smaller ones are parts
of digits, or notes in the margin."""
LEVEL = 0.5
"""How far the middles of neighbours in a line may differ, in means of their heights."""
FARTHEST = 6.0
"""Gap between neighbours in a line, in heights of the taller one, that no writer exceeds."""
NEAR = 0.35
"""How far above or below its line a small part may lie, in heights of the tallest mark."""
NOBODY, LEFT_OUT = -2, -1
"""Owners of cells without ink, and of marks that are no writing."""


class Line(NamedTuple):
    """The ink of a line, float32 (H, W) in [0, 1], and where its top left corner is, in pixels."""

    ink: np.ndarray
    left: int
    top: int


class Page:
    """The marks of float32 (H, W) ink in [0, 1], in lines from top to bottom.

    lines: the numbers of the lines. One written line may have come apart into two, so neighbours
    that stand close can be cut out as one.
    """

    def __init__(self, ink: np.ndarray):
        self._ink = ink
        self._factor = max(1, int(np.ceil((ink.size / PAGE_CELLS) ** 0.5)))
        found = find_marks(ink, self._factor)
        self._groups = _group(keep_row(found))
        self._owners = np.full([-(-side // self._factor) for side in ink.shape], NOBODY)
        for mark in found:
            self._owners[mark.cells] = LEFT_OUT
        for number, group in enumerate(self._groups):
            for mark in group:
                self._owners[mark.cells] = number
        self.lines = range(len(self._groups))

    def stands_close(self, number: int) -> bool:
        """Whether a line and the one after it are near enough to be parts of one."""
        upper, lower = self._groups[number : number + 2]
        gap = min(mark.top for mark in lower) - max(mark.bottom for mark in upper)
        return gap <= NEAR * max(mark.height for mark in (*upper, *lower))

    def cut_out(self, first: int, last: int) -> Line:
        """The box of the lines from `first` to `last`, with the ink of their own marks only."""
        marks = [mark for group in self._groups[first : last + 1] for mark in group]
        # Antialiased edges lie in the cells around.
        top = max(0, min(mark.top for mark in marks) - 1)
        left = max(0, min(mark.left for mark in marks) - 1)
        bottom = max(mark.bottom for mark in marks) + 1
        right = max(mark.right for mark in marks) + 1
        near = self._owners[top:bottom, left:right]
        own = (near >= first) & (near <= last)
        own = grow(own) & (own | (near == NOBODY))
        mask = own.repeat(self._factor, axis=0).repeat(self._factor, axis=1)
        top, left, bottom, right = (side * self._factor for side in (top, left, bottom, right))
        part = self._ink[top:bottom, left:right]
        ink = np.where(mask[: part.shape[0], : part.shape[1]], part, np.float32(0))
        return Line(ink, left, top)


def _group(marks: list[Mark]) -> list[list[Mark]]:
    """The marks of each line, top to bottom; small marks off all lines are left out."""
    if not marks:
        return []
    tallest = max(mark.height for mark in marks)
    lines = _chain([mark for mark in marks if mark.height >= TALL * tallest])
    bearing = [list(line) for line in lines]
    for mark in marks:
        if mark.height < TALL * tallest:
            offset, number = min(
                (_offset(mark, line), number) for number, line in enumerate(bearing)
            )
            if offset <= NEAR * tallest:
                lines[number].append(mark)
    return sorted(lines, key=lambda line: np.mean([mark.top + mark.bottom for mark in line]))


def _chain(marks: list[Mark]) -> list[list[Mark]]:
    """Marks joined into lines, each to its nearest neighbour to the right at about its level."""
    line_of = {id(mark): [mark] for mark in marks}
    for mark in marks:
        followers = [other for other in marks if _may_follow(mark, other)]
        if followers:
            next_mark = min(followers, key=lambda other: other.left + other.right)
            one, other = line_of[id(mark)], line_of[id(next_mark)]
            if one is not other:
                one += other
                line_of.update((id(each), one) for each in other)
    return list({id(line): line for line in line_of.values()}.values())


def _may_follow(mark: Mark, other: Mark) -> bool:
    """Whether `other` stands to the right of `mark`, near enough and at about its level."""
    middles = abs(mark.top + mark.bottom - other.top - other.bottom) / 2
    return (
        mark.left + mark.right < other.left + other.right
        and middles <= LEVEL * (mark.height + other.height) / 2
        and other.left - mark.right <= FARTHEST * max(mark.height, other.height)
    )


def _offset(mark: Mark, line: list[Mark]) -> float:
    """How far a mark lies above or below the nearest mark of a line; infinite if beside it."""

    def beside(other: Mark) -> int:
        return max(mark.left - other.right, other.left - mark.right, 0)

    nearest = min(line, key=beside)
    if beside(nearest) > FARTHEST * nearest.height:
        return np.inf
    return max(mark.top - nearest.bottom, nearest.top - mark.bottom, 0)
