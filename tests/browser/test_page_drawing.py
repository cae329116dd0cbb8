import json

import pytest

from digit_recognizer.ui.language import texts
from tests.browser.digit_page import DIGITS


@pytest.fixture(scope="module")
def lasting_tab(new_lasting_tab):
    return new_lasting_tab()


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read(lasting_tab, digit):
    tab = lasting_tab
    if tab.answer().count():
        tab.page.click("#clear")
    tab.expect_no_digit()
    tab.draw(DIGITS[digit])
    tab.expect_digit(digit)
    assert tab.digit() == digit
    bars = tab.page.locator("#prediction [data-bar]")
    assert [bar.get_attribute("data-bar") for bar in bars.all()] == [*"0123456789", "none"]
    shares = [float(bar.get_attribute("data-probability")) for bar in bars.all()]
    assert shares.index(max(shares)) == digit
    assert sum(shares) == pytest.approx(1, abs=0.001)


def test_everything_the_page_promises_is_there_from_the_first_load(tab):
    for name in (
        "sketchpad", "undo", "clear", "upload", "prediction", "network-view", "preset", "epochs",
        "retrain", "stop", "restore", "training-status", "loss-chart", "accuracy-chart",
        "model-in-use",
    ):  # fmt: skip
        assert tab.page.locator(f"#{name}").count() == 1, name
        assert tab.page.locator(f"#{name}").is_visible(), name
    assert tab.page.locator("#sketchpad canvas").count() == 1
    assert tab.digit() is None


def test_undo_and_clear_take_back_and_undo_takes_a_clear_back(tab):
    tab.draw(DIGITS[1])
    tab.expect_digit(1)
    one = tab.ink()
    tab.draw([[(0.3, 0.26), (0.5, 0.26)]])
    assert tab.ink() > one
    tab.page.click("#undo")
    tab.expect_digit(1)
    assert tab.ink() == one
    tab.page.click("#clear")
    tab.expect_no_digit()
    assert tab.ink() == 0
    tab.page.click("#undo")
    tab.expect_digit(1)
    assert tab.ink() == one
    tab.page.click("#undo")
    tab.expect_no_digit()
    assert tab.page.locator("#undo").is_disabled()
    assert tab.page.locator("#clear").is_disabled()


def test_a_sheet_scribbled_full_says_so_and_takes_no_more_until_undo(tab):
    tab.draw([[(0.1, 0.5), (0.9, 0.5)] * 190])
    full = tab.page.get_by_text(texts.SHEET_FULL)
    full.wait_for()
    tab.answer().wait_for()  # what the sheet took is within the server's limit
    before = tab.ink()
    tab.draw([[(0.2, 0.2), (0.8, 0.2)]])
    assert tab.ink() == before
    tab.page.click("#undo")
    full.wait_for(state="hidden")


def test_the_sheets_keys_work_while_it_has_the_focus_only(tab):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    assert tab.page.evaluate("document.activeElement.tagName") == "CANVAS"
    tab.page.keyboard.press("Escape")
    tab.expect_no_digit()
    tab.page.keyboard.press("Control+z")
    tab.expect_digit(7)
    tab.page.locator("#epochs input[type=number]").focus()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Control+z")
    assert tab.digit() == 7


def test_while_the_pen_moves_there_is_one_request_at_a_time_and_the_last_state_wins(tab):
    underway, most, bodies = 0, 0, []

    def count(request):
        nonlocal underway, most
        if "/run/predict" in request.url:
            underway += 1
            most = max(most, underway)
            bodies.append(json.loads(request.post_data)["data"][0])

    def uncount(request):
        nonlocal underway
        underway -= "/run/predict" in request.url

    tab.page.on("request", count)
    tab.page.on("requestfinished", uncount)
    tab.draw([DIGITS[0][0] * 3], steps=1)
    tab.expect_digit(0)
    tab.page.wait_for_timeout(500)
    assert most == 1
    assert len(bodies) > 2
    assert bodies[-1][0][-1] == pytest.approx(DIGITS[0][0][-1], abs=0.01)


def test_the_stroke_is_where_the_pointer_was(tab):
    tab.draw([[(0.2, 0.5), (0.8, 0.5)]])
    tab.answer().wait_for()
    row = tab.sheet.evaluate(
        """canvas => {
          const side = canvas.width, pen = canvas.getContext('2d');
          const inked = (x, y) => pen.getImageData(x * side, y * side, 1, 1).data[3] > 127;
          return [inked(.1, .5), inked(.2, .5), inked(.5, .5), inked(.8, .5), inked(.9, .5),
                  inked(.5, .485), inked(.5, .515), inked(.5, .47), inked(.5, .53)];
        }"""
    )
    assert row == [False, True, True, True, False, True, True, False, False]


def test_a_resized_window_keeps_the_drawing(tab):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    share = tab.ink() / tab.sheet.evaluate("canvas => canvas.width ** 2")
    tab.page.set_viewport_size({"width": 700, "height": 900})
    tab.page.wait_for_timeout(600)
    assert tab.ink() / tab.sheet.evaluate("canvas => canvas.width ** 2") == pytest.approx(
        share, rel=0.05
    )
    tab.draw([[(0.35, 0.5), (0.6, 0.5)]])
    tab.expect_digit(7)


def test_the_answer_does_not_move_the_page(tab):
    def boxes():
        return [
            tab.page.locator(f"#{name}").bounding_box()
            for name in ("sketchpad", "network-view", "model-in-use", "upload", "loss-chart")
        ]

    before = boxes()
    tab.draw(DIGITS[2])
    tab.expect_digit(2)
    assert boxes() == before
    tab.upload({"name": "no.png", "mimeType": "image/png", "buffer": b"no picture"})
    tab.message()
    after = boxes()
    assert after[:3] == before[:3]


def test_a_finger_draws_and_does_not_scroll(new_tab):
    tab = new_tab(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    box = tab.sheet.bounding_box()
    session = tab.page.context.new_cdp_session(tab.page)
    x = box["x"] + box["width"] / 2
    ys = [box["y"] + box["height"] * (0.2 + 0.05 * i) for i in range(13)]
    session.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": ys[0]}]}
    )
    for y in ys[1:]:
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.expect_digit(1)
    assert tab.page.evaluate("window.scrollY") == 0


def test_a_moving_pencil_is_kept_from_the_ipads_scribble_and_a_finger_scrolls_elsewhere(tab):
    def is_prevented(selector, touch_type):
        return tab.page.evaluate(
            """([selector, touchType]) => {
              const target = document.querySelector(selector);
              const touch = new Touch({ identifier: 1, target });
              Object.defineProperty(touch, 'touchType', { value: touchType }); // Safari's own
              const changedTouches = [touch];
              const settings = { changedTouches, bubbles: true, cancelable: true };
              return !target.dispatchEvent(new TouchEvent('touchmove', settings));
            }""",
            [selector, touch_type],
        )

    assert is_prevented("#sketchpad canvas", "stylus")
    assert not is_prevented("#sketchpad canvas", "direct")
    assert not is_prevented("#prediction", "direct")
    assert not is_prevented("#prediction", "stylus")


def test_on_a_phone_sheet_answer_and_bars_are_in_view_and_the_sidebar_is_closed(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert not tab.page.locator("#retrain").evaluate(
        "button => button.getBoundingClientRect().right > 0"
    )
    for selector in ("#sketchpad", "#network-view", '[data-bar="9"]'):
        box = tab.page.locator(selector).bounding_box()
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= 390, selector
        assert box["y"] + box["height"] <= 844, selector
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
