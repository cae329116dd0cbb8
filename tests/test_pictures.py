"""Pictures as people take them, each kind drawn here: read with the shipped network."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from digit_recognizer import Recognizer
from digit_recognizer.handwriting.digits import write_plainly
from digit_recognizer.ink.strokes import place_on_sheet, render


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


def digit_ink(digit: int, size: int = 200, share: float = 0.6, pen: float = 0.05) -> np.ndarray:
    """A digit in the middle of a square sheet, float32 (size, size)."""
    return render(place_on_sheet(write_plainly(digit), share, pen), size, pen)


def page_ink(
    lines: list[str], height: int = 60, gap: int = 40, pen: float = 0.06, slope: float = 0.0
) -> np.ndarray:
    """Lines of digits, float32 (H, W); `slope` is how far they fall for each pixel to the right."""
    margin, step = height, height + gap
    longest = max(map(len, lines))
    fall = int(abs(slope) * longest * step)
    page = np.zeros(
        (2 * margin + step * len(lines) + fall, 2 * margin + step * longest), np.float32
    )
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            ink = digit_ink(int(digit), height, 0.95, pen)
            top = margin + row * step + int(slope * column * step)
            left = margin + column * step
            page[top : top + height, left : left + height] = ink
    return page


def as_picture(ink: np.ndarray, paper=1.0, dark: float = 0.9) -> Image.Image:
    """Dark ink on paper, whose lightness is one number or one a pixel."""
    grey = paper * (1 - dark * ink)
    return Image.fromarray(np.rint(255 * grey.clip(0, 1)).astype(np.uint8))


def photo(ink: np.ndarray, paper: np.ndarray | float, dark: float = 0.5) -> Image.Image:
    """A slightly blurred and noisy picture of a pen on paper."""
    blurred = np.asarray(as_picture(ink, paper, dark).filter(ImageFilter.GaussianBlur(0.7)))
    noise = np.random.default_rng(0).normal(0, 3, ink.shape)
    return Image.fromarray((blurred + noise).clip(0, 255).astype(np.uint8))


def shade(shape: tuple[int, int], darkest: float = 0.35) -> np.ndarray:
    """Paper that fades to the right and lies in the shadow of a hand at the bottom."""
    down, right = (axis / side for axis, side in zip(np.indices(shape), shape, strict=True))
    shadow = 1 / (1 + np.exp((down - 0.75) * 30))
    return (0.85 - 0.25 * right) * (darkest + (1 - darkest) * shadow)


def text(lines) -> str:
    return " ".join("".join(str(each.digit) for each in line) for line in lines)


@pytest.mark.parametrize("number", ["105", "6125", "2038"])
def test_a_thin_pen_on_paper_in_the_shade(recognizer, number):
    ink = page_ink([number], height=70, gap=60, pen=0.035)
    assert text(recognizer.read_lines(photo(ink, shade(ink.shape)))) == number


@pytest.mark.parametrize("digit", [2, 3, 5, 8])
def test_one_digit_in_the_shade(recognizer, digit):
    ink = digit_ink(digit, 300, 0.4, 0.02)
    picture = photo(ink, shade(ink.shape))
    assert recognizer.predict(picture).digit == digit
    assert text(recognizer.read_lines(picture)) == str(digit)


@pytest.mark.parametrize(
    ("lines", "slope"),
    [
        (["12", "1"], 0),
        (["134678", "912532"], 0),
        (["12345", "67890", "24"], 0),
        (["52", "370", "8641"], 0.1),
        (["1352", "246"], -0.12),
    ],
)
def test_a_page_is_read_line_by_line(recognizer, lines, slope):
    picture = as_picture(page_ink(lines, slope=slope))
    assert text(recognizer.read_lines(picture)) == " ".join(lines)
    assert "".join(str(each.digit) for each in recognizer.read(picture)) == "".join(lines)


def test_digits_one_above_the_other_are_lines(recognizer):
    assert text(recognizer.read_lines(as_picture(page_ink(["3", "5", "8"])))) == "3 5 8"


def test_sixteen_digits_in_a_strip(recognizer):
    number = "1380013800597264"
    ink = page_ink([number], height=20, gap=18, pen=0.1)[10:-10]
    assert text(recognizer.read_lines(as_picture(ink))) == number


def test_a_page_of_small_digits_is_read_at_a_finer_size(recognizer):
    lines = ["1357924680", "2468013579", "9081726354"]
    page = np.pad(page_ink(lines, height=56, gap=40, pen=0.08), 500)
    assert text(recognizer.read_lines(as_picture(page))) == " ".join(lines)


def draw_on(ink: np.ndarray, draw_lines) -> np.ndarray:
    sheet = Image.fromarray(np.rint(255 * ink).astype(np.uint8))
    draw_lines(ImageDraw.Draw(sheet))
    return np.asarray(sheet, np.float32) / 255


def thick_frame(draw):
    corners = [(12, 8), (190, 14), (184, 188), (16, 192), (12, 8)]
    draw.line(corners, fill=255, width=14, joint="curve")


def axes(draw):
    draw.rectangle((25, 20, 180, 175), outline=255, width=1)
    for step in range(6):
        draw.line((25 + 30 * step, 175, 25 + 30 * step, 179), fill=255)
        draw.line((21, 20 + 30 * step, 25, 20 + 30 * step), fill=255)
        draw.text((21 + 30 * step, 182), str(5 * step), fill=255)
        draw.text((4, 15 + 30 * step), str(5 * step), fill=255)


def edge_line(draw):
    draw.line((0, 0, 199, 0), fill=255)


def side_lines(draw):
    draw.line((3, 0, 3, 199), fill=255, width=2)
    draw.line((196, 0, 196, 199), fill=255, width=2)


def ruled_lines(draw):
    for top in (20, 182):
        draw.line((0, top, 199, top - 8), fill=255, width=2)


@pytest.mark.parametrize("digit", [0, 2, 3, 4, 7])
@pytest.mark.parametrize(
    "clutter", [thick_frame, axes, edge_line, side_lines, ruled_lines], ids=lambda c: c.__name__
)
def test_what_is_drawn_around_a_digit_is_not_read(recognizer, digit, clutter):
    picture = as_picture(draw_on(digit_ink(digit, share=0.5), clutter))
    assert recognizer.predict(picture).digit == digit
    assert text(recognizer.read_lines(picture)) == str(digit)


@pytest.mark.parametrize("digit", [3, 6, 7])
def test_a_plot_with_dark_paper(recognizer, digit):
    """As Matplotlib shows an image: light ink on a dark square on a white page."""
    page = np.ones((240, 320))
    page[20:220, 60:260] = 0.15 + 0.75 * digit_ink(digit)
    picture = Image.fromarray(np.rint(255 * page).astype(np.uint8))
    assert text(recognizer.read_lines(picture)) == str(digit)


@pytest.mark.parametrize("digit", [2, 6, 9])
def test_a_tilted_sheet_on_a_table(recognizer, digit):
    sheet = as_picture(digit_ink(digit, 260), 0.9)
    table = Image.new("L", (420, 420), 60)
    mask = Image.new("L", sheet.size, 255).rotate(8, expand=True)
    table.paste(sheet.rotate(8, expand=True, fillcolor=60), (60, 60), mask)
    assert text(recognizer.read_lines(table)) == str(digit)


@pytest.mark.parametrize("size", [20, 28, 100])
@pytest.mark.parametrize("is_dark", [False, True])
def test_bold_digits_that_are_cut_close(recognizer, size, is_dark):
    read = []
    for digit in range(10):
        ink = digit_ink(digit, size, 0.8, 0.18)
        rows, columns = (np.flatnonzero((ink > 0.05).any(axis=axis)) for axis in (1, 0))
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        prediction = recognizer.predict(as_picture(cut if is_dark else 1 - cut, dark=1))
        read.append(prediction.digit if prediction.is_digit else None)
    assert read == list(range(10))


@pytest.mark.parametrize("margin", [0, 1])
@pytest.mark.parametrize("is_dark", [True, False])
@pytest.mark.parametrize("enlarged", [1, 12])
def test_digits_that_are_cut_close(recognizer, mnist, margin, is_dark, enlarged):
    right = 0
    for image, label in zip(mnist.test_images[:60], mnist.test_labels[:60], strict=True):
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cut = np.pad(cut, margin).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
        right += recognizer.predict(255 - cut if is_dark else cut).digit == label
    assert right >= 58


def test_digits_of_eight_pixels(recognizer, mnist):
    right = 0
    for image, label in zip(mnist.test_images[:60], mnist.test_labels[:60], strict=True):
        small = Image.fromarray(image[4:24, 4:24]).resize((8, 8), Image.Resampling.BOX)
        right += recognizer.predict(small).digit == label
    assert right >= 55


@pytest.mark.parametrize("digit", [0, 3, 5, 7])
def test_digits_of_dots(recognizer, digit):
    shape = np.asarray(as_picture(digit_ink(digit, 90, 0.95, 0.12)).resize((6, 9))) < 160
    dots = Image.new("L", (150, 220), 0)
    draw = ImageDraw.Draw(dots)
    for row, column in np.argwhere(shape):
        left, top = 8 + 23 * column, 8 + 23 * row
        draw.ellipse((left, top, left + 17, top + 17), fill=230)
    assert recognizer.predict(dots).digit == digit
    assert text(recognizer.read_lines(dots)) == str(digit)


@pytest.mark.parametrize("digit", [2, 3, 5, 7])
@pytest.mark.parametrize("fill", [(255, 255, 255), (250, 230, 120)])
def test_outlined_digits(recognizer, digit, fill):
    solid = Image.fromarray(np.rint(255 * digit_ink(digit, 240, 0.75, 0.16)).astype(np.uint8))
    inner = solid.filter(ImageFilter.MinFilter(9))
    picture = Image.new("RGB", solid.size, "white")
    picture.paste((30, 30, 30), mask=solid)
    picture.paste(fill, mask=inner)
    assert recognizer.predict(picture).digit == digit


def variants(picture: Image.Image, tmp_path) -> dict:
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    grey = np.asarray(picture)
    down, right = np.indices(grey.shape) / np.max(grey.shape)
    return {
        "inverted": Image.fromarray(255 - grey),
        "padded": Image.fromarray(np.pad(grey, 40, constant_values=grey[0, 0])),
        "turned": tmp_path / "turned.png",
        "doubled": picture.resize(
            (2 * picture.width, 2 * picture.height), Image.Resampling.BICUBIC
        ),
        "lit": Image.fromarray((grey * (1 - 0.25 * (down + right))).astype(np.uint8)),
    }


@pytest.mark.parametrize("lines", [["4"], ["8"], ["2025"], ["365", "24", "7"]])
@pytest.mark.parametrize("change", ["inverted", "padded", "turned", "doubled", "lit"])
def test_what_does_not_change_the_digits_does_not_change_the_reading(
    recognizer, lines, change, tmp_path
):
    picture = as_picture(page_ink(lines), 0.95)
    changed = variants(picture, tmp_path)[change]
    assert text(recognizer.read_lines(changed)) == " ".join(lines)


def test_boxes_are_in_pixels_of_the_picture_as_it_is_seen(recognizer, tmp_path):
    picture = as_picture(page_ink(["37", "8"], height=200, gap=160))
    expected = [(200, 200, 400, 400), (560, 200, 760, 400), (200, 560, 400, 760)]
    for name, seen in (("plain", picture), ("turned", variants(picture, tmp_path)["turned"])):
        boxes = [each.box for each in recognizer.read(seen)]
        assert len(boxes) == 3, name
        for (left, top, right, bottom), outer in zip(boxes, expected, strict=True):
            assert outer[0] - 6 <= left < right <= outer[2] + 6
            assert outer[1] - 6 <= top < bottom <= outer[3] + 6
            assert bottom - top > 170
