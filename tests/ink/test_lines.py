import numpy as np
import pytest

from digit_recognizer.ink.lines import Page


def page(*boxes: tuple[int, int, int, int], shape=(200, 300)) -> Page:
    """Marks that fill boxes of top, left, bottom, right."""
    ink = np.zeros(shape, np.float32)
    for top, left, bottom, right in boxes:
        ink[top:bottom, left:right] = 1
    return Page(ink)


def extents(page: Page) -> list[tuple[int, int, int, int]]:
    """Top, left, bottom and right of the ink of each line."""
    found = []
    for number in page.lines:
        line = page.cut_out(number, number)
        rows, columns = np.nonzero(line.ink)
        found.append(
            (
                int(rows.min() + line.top),
                int(columns.min() + line.left),
                int(rows.max() + line.top + 1),
                int(columns.max() + line.left + 1),
            )
        )
    return found


def test_lines_come_from_top_to_bottom():
    found = page((120, 40, 160, 60), (20, 180, 60, 200), (20, 40, 60, 60), (24, 100, 66, 120))
    assert extents(found) == [(20, 40, 66, 200), (120, 40, 160, 60)]


@pytest.mark.parametrize("fall", [8, -8])
def test_lines_that_slant_stay_apart(fall):
    start = 20 if fall > 0 else 60
    marks = [
        (top + fall * index, 20 + 50 * index, top + 30 + fall * index, 40 + 50 * index)
        for top in (start, start + 50)
        for index in range(5)
    ]
    found = page(*marks)
    assert len(found.lines) == 2
    assert [line[1::2] for line in extents(found)] == [(20, 240)] * 2


def test_small_parts_belong_to_the_line_that_they_stand_in():
    found = page((20, 40, 60, 60), (14, 38, 18, 66), (56, 90, 62, 96), (110, 40, 150, 60))
    assert extents(found) == [(14, 38, 62, 96), (110, 40, 150, 60)]


def test_small_print_far_from_all_lines_is_left_out():
    found = page((20, 40, 70, 60), *((180, 100 + 9 * i, 188, 106 + 9 * i) for i in range(6)))
    assert extents(found) == [(20, 40, 70, 60)]


def test_halves_of_digits_may_be_joined_again():
    halves = page((20, 40, 42, 70), (46, 40, 70, 70), (20, 100, 42, 130), (46, 100, 70, 130))
    assert len(halves.lines) == 2
    assert halves.stands_close(0)
    joined = halves.cut_out(0, 1)
    assert joined.ink.sum() == 60 * 46
    assert not page((20, 40, 42, 70), (90, 40, 112, 70)).stands_close(0)


def test_an_empty_page_has_no_lines():
    assert list(page().lines) == []
