"""Cuts between digits that touch."""

import numpy as np

from digit_recognizer.ink.marks import find_marks
from digit_recognizer.ink.seams import cut


def only_mark(ink: np.ndarray):
    (mark,) = find_marks(ink)
    return mark


def test_a_thin_bridge_is_cut_and_every_cell_stays_in_exactly_one_piece():
    ink = np.zeros((40, 60), np.float32)
    ink[5:35, 5:20] = ink[5:35, 40:55] = 1
    ink[19:21, 20:40] = 1
    mark = only_mark(ink)
    pieces = cut(mark, ink)
    np.testing.assert_array_equal(sum(piece.cells.astype(int) for piece in pieces), mark.cells)
    assert [piece.left for piece in pieces] == sorted(piece.left for piece in pieces)
    assert pieces[0].cells[5:35, 5:20].all()
    assert pieces[-1].cells[5:35, 40:55].all()
    assert len(pieces) > 1


def test_a_cut_follows_the_slant_of_the_writing():
    ink = np.zeros((40, 60), np.float32)
    for row in range(40):
        for left in (22, 34):
            start = left - row // 2
            ink[row, start : start + 5] = 1
    ink[20, 12:29] = 1
    pieces = cut(only_mark(ink), ink)
    for row in (0, 39):
        first, second = 24 - row // 2, 36 - row // 2
        owners = [
            next(n for n, piece in enumerate(pieces) if piece.cells[row, column])
            for column in (first, second)
        ]
        assert owners[0] < owners[1]
    assert pieces[0].right > pieces[1].left  # no upright cut could do it


def test_solid_ink_is_not_cut():
    ink = np.ones((30, 50), np.float32)
    assert len(cut(only_mark(ink), ink)) == 1


def test_a_mark_of_one_row_or_column_is_not_cut():
    for shape in ((1, 1), (20, 1)):
        ink = np.ones(shape, np.float32)
        assert len(cut(only_mark(ink), ink)) == 1
