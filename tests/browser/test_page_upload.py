import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from digit_recognizer.ink.strokes import render
from digit_recognizer.ui.fast.assets import asset_address
from digit_recognizer.ui.pictures.examples import example_path
from tests.browser.digit_page import DIGITS, side_by_side
from tests.browser.server import wait_for


def picture(digit: int, kind: str = "PNG", mode: str = "L") -> dict:
    """An upload of a drawn digit, dark on light."""
    ink = render([np.array(stroke, np.float32) for stroke in DIGITS[digit]], 200)
    image = Image.fromarray(np.uint8(255 - ink * 255)).convert(mode)
    file = io.BytesIO()
    image.save(file, kind)
    return {
        "name": f"picture.{kind.lower()}",
        "mimeType": f"image/{kind.lower()}",
        "buffer": file.getvalue(),
    }


def test_pictures_of_each_kind_are_read(tab):
    for digit, kind, mode in [
        (7, "GIF", "P"),
        (1, "JPEG", "RGB"),
        (2, "WEBP", "RGB"),
        (3, "BMP", "L"),
    ]:
        tab.upload(picture(digit, kind, mode))
        tab.expect_digit(digit)
        tab.remove_upload()
        tab.expect_no_digit()


def test_each_bad_file_gets_one_sentence_and_the_page_goes_on(tab, tmp_path):
    whole = picture(7)["buffer"]
    big = tmp_path / "big.png"  # as a file, since Playwright takes half a minute to hand over bytes
    with big.open("wb") as file:
        file.truncate(21 * 2**20)
    bad_files = {
        "a text file": {"name": "note.txt", "mimeType": "text/plain", "buffer": b"seven"},
        "text named .png": {"name": "note.png", "mimeType": "image/png", "buffer": b"seven"},
        "truncated": {
            "name": "half.png",
            "mimeType": "image/png",
            "buffer": whole[: len(whole) // 2],
        },
        "an SVG": {
            "name": "digit.svg",
            "mimeType": "image/svg+xml",
            "buffer": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        },
        "too many bytes": str(big),
    }
    said = {}
    for kind, file in bad_files.items():
        tab.upload(file)
        said[kind] = tab.message()
        assert tab.digit() is None, kind
        tab.draw(DIGITS[1])
        tab.expect_digit(1)
        tab.page.click("#clear")
        tab.expect_no_digit()
    assert all(message.endswith(".") and "/" not in message for message in said.values()), said
    assert "20 MB" in said["too many bytes"]
    assert tab.page.locator("[data-testid=toast-body]").count() == 0
    tab.upload(picture(7))
    tab.expect_digit(7)


def test_a_picture_of_more_pixels_than_memory_should_hold_is_refused(tab, tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (9000, 9000)).save(path)
    tab.upload(str(path))
    assert "megapixels" in tab.message()


def test_an_example_lies_on_the_sheet_and_is_read(tab):
    for digit in (4, 0, 4):
        tab.page.click(f'#examples [data-example="{digit}"]')
        tab.expect_digit(digit)
        shown = tab.page.locator(".sheet-frame img").get_attribute("src")
        assert shown.endswith(asset_address(example_path(digit)).lstrip("."))
        tab.draw([[(0.5, 0.22), (0.5, 0.8)]])
        tab.expect_digit(1)
        tab.page.click("#clear")
        tab.expect_no_digit()


def test_the_sheet_shows_the_picture_or_the_drawing_that_is_answered(tab):
    on_sheet = tab.page.locator(".sheet-picture")
    tab.draw(DIGITS[1])
    tab.expect_digit(1)
    tab.upload(picture(7))
    tab.expect_digit(7)
    assert on_sheet.is_visible()
    assert tab.ink() == 0
    tab.page.click("#undo")
    tab.expect_digit(1)
    assert on_sheet.is_hidden()
    tab.upload(picture(3))
    tab.expect_digit(3)
    tab.page.click("#clear")
    tab.expect_no_digit()
    assert on_sheet.is_hidden()
    tab.upload(picture(3))
    tab.expect_digit(3)
    tab.draw([[(0.5, 0.22), (0.5, 0.8)]])
    tab.expect_digit(1)
    assert on_sheet.is_hidden()


def test_a_picture_can_be_pasted_anywhere(tab):
    def paste(digit, into="body", text=""):
        tab.page.evaluate(
            """([encoded, into, text]) => {
              const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
              const clipboardData = new DataTransfer();
              clipboardData.items.add(new File([bytes], 'paste.png', { type: 'image/png' }));
              if (text) clipboardData.setData('text/plain', text);
              document.querySelector(into).dispatchEvent(
                new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
            }""",
            [base64.b64encode(picture(digit)["buffer"]).decode(), into, text],
        )

    paste(7)
    tab.expect_digit(7)
    paste(2)
    tab.expect_digit(2)
    tab.open_hyperparameters()
    paste(7, "#hidden-layers :is(input, textarea)", "256")
    assert tab.digit() == 2


def test_a_picture_is_dropped_anywhere_and_of_several_the_first_is_read(tab):
    note = tab.page.locator(".sheet-note")

    def drop(digits, address=""):
        tab.page.evaluate(
            """([files, address]) => {
              const dataTransfer = new DataTransfer();
              for (const encoded of files) {
                const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
                dataTransfer.items.add(new File([bytes], 'drop.png', { type: 'image/png' }));
              }
              if (address) dataTransfer.setData('text/uri-list', address);
              document.querySelector('#prediction').dispatchEvent(
                new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
            }""",
            [[base64.b64encode(picture(digit)["buffer"]).decode() for digit in digits], address],
        )

    drop([7])
    tab.expect_digit(7)
    assert note.is_hidden()
    drop([3, 1])
    tab.expect_digit(3)
    assert "one picture at a time" in note.inner_text()
    drop([], "https://example.org/7.png")
    assert "save the picture first" in note.inner_text()
    assert tab.digit() == 3
    assert tab.page.url.startswith("http://127.0.0.1")


@pytest.mark.parametrize("name", ["digit.tiff", "digit.jp2"])
def test_what_the_browser_cannot_preview_still_gets_an_answer_from_the_server(tab, name):
    kind = {"tiff": "TIFF", "jp2": "JPEG2000"}[name.partition(".")[2]]
    file = io.BytesIO()
    Image.new("L", (50, 50), 255).save(file, kind)
    tab.upload({"name": name, "mimeType": "image/tiff", "buffer": file.getvalue()})
    assert tab.message().endswith(".")


def strokes_picture(strokes: list, size: tuple[int, int]) -> tuple[dict, Image.Image]:
    """An upload of strokes on a sheet of this width and height, and the picture itself."""
    ink = render([np.array(stroke, np.float32) for stroke in strokes], max(size))
    image = Image.fromarray(np.uint8(255 - ink * 255)).crop((0, 0, *size))
    file = io.BytesIO()
    image.save(file, "PNG")
    upload = {"name": "number.png", "mimeType": "image/png", "buffer": file.getvalue()}
    return upload, image


@pytest.mark.parametrize("screen", [{}, {"viewport": {"width": 360, "height": 640}}])
def test_each_digit_of_a_picture_has_a_box_and_pointing_at_it_chooses_the_digit(new_tab, screen):
    tab = new_tab(**screen)
    strokes = [[(x, y * 0.6) for x, y in stroke] for stroke in side_by_side(2, 0, 7)]
    upload, image = strokes_picture(strokes, (600, 400))
    tab.upload(upload)
    tab.page.locator('#prediction [data-number="207"]').wait_for()
    boxes = tab.page.locator(".sheet-boxes span")
    expect(boxes).to_have_count(3)
    assert [box.get_attribute("data-name") for box in boxes.all()] == ["2", "0", "7"]
    frame = tab.page.locator(".sheet-frame").bounding_box()
    scale = image.width / frame["width"]
    ink = np.asarray(image) < 128
    columns = np.flatnonzero(ink.any(axis=0))
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    assert len(parts) == 3
    for box, part in zip(boxes.all(), parts, strict=True):
        rows = np.flatnonzero(ink[:, part].any(axis=1))
        place = box.bounding_box()
        shown = (
            (place["x"] - frame["x"]) * scale,
            (place["y"] - frame["y"]) * scale,
            (place["x"] + place["width"] - frame["x"]) * scale,
            (place["y"] + place["height"] - frame["y"]) * scale,
        )
        assert shown == pytest.approx((part[0], rows[0], part[-1], rows[-1]), abs=8)
        tab.page.mouse.move(
            place["x"] + place["width"] / 2, place["y"] + place["height"] / 2, steps=2
        )
        name = box.get_attribute("data-name")
        expect(tab.page.locator('#prediction [aria-pressed="true"]')).to_have_text(name)
        expect(tab.page.locator(".sheet-boxes .chosen")).to_have_attribute("data-name", name)
    tab.page.locator('#prediction [data-place="1"]').focus()
    expect(tab.page.locator(".sheet-boxes .chosen")).to_have_attribute("data-name", "2")
    tab.page.click("#clear")
    expect(boxes.first).to_be_hidden()
    tab.upload(upload)
    expect(boxes.first).to_be_visible()
    tab.draw(DIGITS[7])  # over the boxes
    expect(boxes.first).to_be_hidden()
    tab.expect_digit(7)


def test_the_box_of_what_may_be_no_digit_looks_unsure(tab):
    tab.upload(picture(7))
    box = tab.page.locator(".sheet-boxes span")
    expect(box).to_have_attribute("data-name", "7")
    assert "unsure" not in (box.get_attribute("class") or "")
    zigzag = [(0.2, 0.2), (0.8, 0.3), (0.2, 0.5), (0.8, 0.6), (0.2, 0.8), (0.9, 0.9)]
    tab.upload(strokes_picture([zigzag], (300, 300))[0])
    expect(box).to_have_class("unsure")
    assert box.evaluate("each => getComputedStyle(each).outlineStyle") == "dashed"


def test_lines_of_digits_stand_clear_of_their_caption_on_a_phone(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    strokes = [
        [(x * 0.5 + 0.2, y * 0.4 + down) for x, y in stroke]
        for digits, down in (((2, 0), 0.05), ((7, 1), 0.5))
        for stroke in side_by_side(*digits)
    ]
    tab.upload(strokes_picture(strokes, (600, 600))[0])
    tab.page.locator('#prediction [data-number="20 71"]').wait_for()
    caption = tab.page.locator("#prediction .caption").bounding_box()
    for button in tab.page.locator("#prediction [data-place]").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= caption["y"] + 1
        assert box["height"] >= 43.5


HAND_OVER = """
([content, name, type]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  const input = document.querySelector('#upload input[type=file]');
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}
"""
"""Chooses a file with the type that a system gave it; Playwright always gives one."""


def hand_over(tab, content: bytes, name: str, kind: str) -> None:
    tab.page.evaluate(HAND_OVER, [base64.b64encode(content).decode(), name, kind])


def test_the_server_judges_files_whose_type_the_system_does_not_know(tab):
    for kind in ("", "application/octet-stream"):
        hand_over(tab, picture(7)["buffer"], "digit", kind)
        tab.expect_digit(7)
        hand_over(tab, b"seven", "digit.png", kind)
        assert tab.message().endswith(".")
        tab.expect_no_digit()
    assert tab.page.locator("[data-testid=toast-body]").count() == 0


def test_the_answer_to_a_picture_that_comes_too_late_is_not_shown(tab):
    held = []
    tab.page.route("**/gradio_api/upload", lambda route: held.append(route))

    def upload_slowly() -> None:
        hand_over(tab, picture(7)["buffer"], "seven.png", "image/png")
        expect(tab.page.locator(".sheet-frame img")).to_be_visible()
        assert wait_for(lambda: tab.page.wait_for_timeout(20) or held, 10)

    def arrive_late() -> None:
        with tab.page.expect_response("**/gradio_api/run/predict*"):
            held.pop().continue_()

    upload_slowly()
    hand_over(tab, b"seven", "note.txt", "text/plain")
    said = tab.message()
    arrive_late()
    assert tab.digit() is None
    assert tab.message() == said

    upload_slowly()
    tab.draw(DIGITS[1])
    tab.expect_digit(1)
    arrive_late()
    assert tab.digit() == 1
