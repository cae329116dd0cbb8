from pathlib import Path

from digit_recognizer.ui import theme


def test_the_page_has_every_style_sheet_once():
    folder = Path(theme.__file__).parent
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.css")]
    assert sorted(theme.STYLE_SHEETS) == sorted(names)
    sheet = theme.style_sheet()
    for name in names:
        assert sheet.count((folder / name).read_text("utf-8")) == 1
