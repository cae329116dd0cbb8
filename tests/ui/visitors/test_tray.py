import json

import numpy as np
import pytest

from digit_recognizer.errors import BadTray
from digit_recognizer.ui.visitors import tray as tray_module
from digit_recognizer.ui.visitors.tray import Tray

LINE = [[[0.5, 0.2], [0.5, 0.8]]]


def strokes(shift: float = 0.0):
    return [np.array([[0.3 + shift, 0.2], [0.7, 0.8]], np.float32)]


def file_of(*drawings, **changes) -> str:
    return json.dumps({"version": 1, "drawings": list(drawings), **changes})


def labels(tray) -> list[int]:
    return [each.digit for each in tray.corrections]


@pytest.fixture
def tray():
    tray = Tray()
    tray.put(strokes(), 7)
    tray.put(strokes(0.1), 4)
    return tray


def test_drawings_keep_their_order_and_are_what_the_network_sees(tray):
    assert labels(tray) == [7, 4]
    for each in tray.corrections:
        assert each.pixels.shape == (28, 28)
        assert 0 <= each.pixels.min() < each.pixels.max() <= 1


def test_the_same_drawing_is_corrected_and_not_taken_twice(tray):
    drawing = tray.corrections[0].strokes
    tray.put(drawing, 2)
    assert labels(tray) == [2, 4]
    assert tray.find(drawing).digit == 2
    assert tray.find(strokes()) is None


def test_a_drawing_can_be_removed_once(tray):
    first, _ = tray.corrections
    tray.remove(first.number)
    tray.remove(first.number)
    assert labels(tray) == [4]
    tray.put(strokes(0.2), 1)
    assert first.number not in [each.number for each in tray.corrections]


def test_what_is_exported_comes_back_and_exports_the_same(tray):
    other = Tray()
    assert other.bring(tray.export()) == 2
    assert other.export() == tray.export()
    assert labels(other) == labels(tray)
    for mine, theirs in zip(tray.corrections, other.corrections, strict=True):
        np.testing.assert_array_equal(mine.pixels, theirs.pixels)


def test_a_file_adds_only_what_is_not_here_yet(tray):
    content = json.loads(tray.export())
    content["drawings"].append({"digit": 1, "strokes": LINE})
    assert tray.bring(json.dumps(content)) == 1
    assert tray.bring(json.dumps(content)) == 0
    assert labels(tray) == [7, 4, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "larger"),
        (b"{}", "larger"),
        (" " * (tray_module.MAX_FILE_BYTES + 1), "larger"),
        ("", "not JSON"),
        ("seven", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no drawings"),
        ("7", "no drawings"),
        ('{"drawings": []}', "no drawings"),
        (file_of(version=2), "no drawings"),
        (file_of(drawings=None), "1 to 100"),
        (file_of(), "1 to 100"),
        (file_of(*[{"digit": 1, "strokes": LINE}] * 101), "1 to 100"),
        (file_of("seven"), "Drawing 1 of the file has no digit"),
        (file_of({"digit": 1, "strokes": LINE}, {"strokes": LINE}), "Drawing 2"),
        (file_of({"digit": 10, "strokes": LINE}), "no digit"),
        (file_of({"digit": -1, "strokes": LINE}), "no digit"),
        (file_of({"digit": True, "strokes": LINE}), "no digit"),
        (file_of({"digit": 7.0, "strokes": LINE}), "no digit"),
        (file_of({"digit": [7], "strokes": LINE}), "no digit"),
        (file_of({"digit": 7}), "no ink"),
        (file_of({"digit": 7, "strokes": []}), "no ink"),
        (file_of({"digit": 7, "strokes": [[[1.5, 1.5], [1.9, 1.9]]]}), "no ink"),
        (file_of({"digit": 7, "strokes": [[]]}), "cannot be read"),
        (file_of({"digit": 7, "strokes": [[[0.5, float("nan")]]]}), "cannot be read"),
        (file_of({"digit": 7, "strokes": [[[0.5, 1e300]]]}), "cannot be read"),
        (file_of({"digit": 7, "strokes": [[[10**400, 0]]]}), "cannot be read"),
        (file_of({"digit": 7, "strokes": "<script>"}), "cannot be read"),
        (file_of(*[{"digit": 1, "strokes": [[[0.5, 0.5]] * 16_000]}] * 2), "at most"),
    ],
)
def test_another_file_is_refused_with_a_reason_and_nothing_changes(tray, text, reason):
    before = tray.corrections
    with pytest.raises(BadTray, match=reason):
        tray.bring(text)
    assert tray.corrections is before


def test_what_has_no_ink_on_the_sheet_is_not_taken(tray):
    with pytest.raises(BadTray, match="no ink"):
        tray.put([np.full((2, 2), 1.9, np.float32)], 3)
    assert labels(tray) == [7, 4]


def test_a_full_tray_takes_no_more(tray, monkeypatch):
    monkeypatch.setattr(tray_module, "MAX_DRAWINGS", 2)
    with pytest.raises(BadTray, match="at most 2 drawings"):
        tray.put(strokes(0.2), 3)
    with pytest.raises(BadTray, match="at most 2 drawings"):
        tray.bring(file_of({"digit": 1, "strokes": LINE}))
    tray.put(tray.corrections[1].strokes, 9)
    assert labels(tray) == [7, 9]


def test_the_file_of_a_full_tray_can_be_read_again():
    tray = Tray()
    rng = np.random.default_rng(0)
    points = tray_module.MAX_POINTS // 6
    for digit in range(6):
        tray.put([rng.random((points, 2)).astype(np.float32) / 10], digit)
    with pytest.raises(BadTray, match="points"):
        tray.put(strokes(), 1)
    assert Tray().bring(tray.export()) == 6


def test_the_memory_of_a_tray_grows_with_its_drawings(tray):
    before = tray.bytes
    tray.put(strokes(0.2), 3)
    assert tray.bytes == before * 3 // 2
