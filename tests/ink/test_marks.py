import numpy as np
import pytest

from digit_recognizer.ink.marks import MAX_MARKS, find_marks, keep_row, keep_writing


def boxes(*corners: tuple[int, int, int, int], size: int = 90) -> np.ndarray:
    """Ink filled in boxes of top, left, bottom, right."""
    ink = np.zeros((size, size), np.float32)
    for top, left, bottom, right in corners:
        ink[top:bottom, left:right] = 1
    return ink


DIGIT = (25, 35, 65, 50)


def test_marks_are_found_heaviest_first():
    marks = find_marks(boxes((5, 5, 10, 10), DIGIT))
    assert [(mark.top, mark.left, mark.bottom, mark.right) for mark in marks] == [
        DIGIT,
        (5, 5, 10, 10),
    ]
    assert [mark.mass for mark in marks] == [600, 25]


def test_diagonals_connect():
    assert len(find_marks(np.eye(40, dtype=np.float32))) == 1
    assert len(find_marks(np.eye(40, dtype=np.float32)[::-1].copy())) == 1


def test_a_long_spiral_is_one_mark():
    ink = np.zeros((61, 61), np.float32)
    row, column, step = 30, 30, 2
    for turn in range(28):
        for _ in range(step):
            row += (0, 1, 0, -1)[turn % 4]
            column += (1, 0, -1, 0)[turn % 4]
            ink[row, column] = 1
        step += 2 * (turn % 2)
    assert len(find_marks(ink)) == 1


def test_a_grid_of_larger_cells_finds_thin_lines():
    ink = boxes(size=90)
    ink[:, 44] = 1
    (mark,) = find_marks(ink, factor=5)
    assert (mark.height, mark.width) == (18, 1)


def test_an_empty_sheet_has_no_marks():
    assert find_marks(np.zeros((9, 9), np.float32)) == []
    assert not keep_writing(np.zeros((9, 9), np.float32)).any()


@pytest.mark.parametrize(
    "other",
    [
        (10, 70, 13, 73),  # a speck
        (10, 0, 12, 90),  # a ruled line
        (0, 80, 90, 82),  # a margin
        (0, 0, 90, 2),  # a dark edge
        (86, 20, 90, 70),  # a shadow at the bottom
    ],
)
def test_what_is_no_writing_is_left_out(other):
    np.testing.assert_array_equal(keep_writing(boxes(DIGIT, other)), boxes(DIGIT))


def test_a_frame_is_left_out():
    frame = boxes((2, 2, 88, 88)) - boxes((4, 4, 86, 86))
    np.testing.assert_array_equal(keep_writing(boxes(DIGIT) + frame), boxes(DIGIT))


@pytest.mark.parametrize(
    "corners",
    [
        (DIGIT, (15, 40, 20, 65)),  # a five's bar
        ((25, 20, 50, 24), (46, 20, 50, 40), (20, 44, 80, 48)),  # an open four
        ((30, 20, 60, 35), (30, 50, 60, 65)),  # two digits
        ((0, 40, 90, 45),),  # a one from edge to edge
    ],
)
def test_writing_in_several_parts_is_kept_whole(corners):
    ink = boxes(*corners)
    np.testing.assert_array_equal(keep_writing(ink), ink)


def test_antialiased_edges_stay():
    ink = boxes(DIGIT, (10, 70, 13, 73))
    ink[24, 35:50] = 0.2
    assert keep_writing(ink)[24, 40] == np.float32(0.2)


def test_of_thousands_of_marks_only_the_heaviest_are_told_apart():
    ink = np.zeros((72, 72), np.float32)
    ink[::2, ::2] = 0.5
    ink[10:13, 10:60] = 1
    marks = find_marks(ink)
    assert len(marks) == MAX_MARKS
    assert marks[0].width >= 50


@pytest.mark.parametrize("one", [(25, 2, 65, 5), (25, 0, 65, 4), (20, 84, 68, 88)])
def test_a_one_at_the_edge_belongs_to_the_row(one):
    kept = keep_row(find_marks(boxes(DIGIT, one)))
    assert {(mark.top, mark.left, mark.bottom, mark.right) for mark in kept} == {DIGIT, one}


@pytest.mark.parametrize(
    "other",
    [
        (10, 70, 13, 73),  # a speck
        (10, 0, 12, 90),  # a ruled line
        (0, 0, 90, 2),  # a dark edge
        (20, 89, 70, 90),  # a hairline
        (86, 20, 90, 70),  # a shadow at the bottom
    ],
)
def test_what_is_no_writing_is_left_out_of_a_row(other):
    (mark,) = keep_row(find_marks(boxes(DIGIT, other)))
    assert mark.mass == 600


@pytest.mark.parametrize("is_beam", [False, True])
def test_a_text_cursor_is_left_out_of_a_row(is_beam):
    one = (25, 35, 65, 47)
    cursor = [(20, 70, 70, 72)] + is_beam * [(20, 67, 21, 75), (69, 67, 70, 75)]
    (mark,) = keep_row(find_marks(boxes(one, *cursor)))
    assert (mark.top, mark.left, mark.bottom, mark.right) == one


def test_a_frame_is_left_out_of_a_row():
    frame = boxes((2, 2, 88, 88)) - boxes((4, 4, 86, 86))
    (mark,) = keep_row(find_marks(boxes((10, 35, 80, 50)) + frame))
    assert mark.mass == 1050
