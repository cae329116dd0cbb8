"""The page by keys, by ear, with little motion, and for those who see it for the first time."""

import json
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.digit_page import DIGITS, SHIFTS

SKETCH = ".sheet-sketch path"


def press(tab, keys: str) -> None:
    """Press keys one after the other; `Left+Down` holds the first while it presses the second."""
    names = {"Left": "ArrowLeft", "Right": "ArrowRight", "Up": "ArrowUp", "Down": "ArrowDown"}
    for chord in keys.split():
        *held, key = (names.get(name, name) for name in chord.split("+"))
        for each in held:
            tab.page.keyboard.down(each)
        tab.page.keyboard.press(key)
        for each in held:
            tab.page.keyboard.up(each)


def focus_by_keys(tab) -> None:
    """Come to the sheet as a keyboard does, after what stands before it."""
    tab.page.locator("#help").focus()
    while not tab.sheet.evaluate("canvas => canvas === document.activeElement"):
        tab.page.keyboard.press("Tab")


@pytest.mark.parametrize(
    ("digit", "keys"),
    [
        (1, "Up " * 5 + "Space " + "Down " * 10 + "Space"),
        (7, "Left Up " * 4 + "Space " + "Right " * 7 + "Left+Down " * 4 + "Down " * 4 + "Space"),
        (
            4,
            "Left Up " * 5 + "Space " + "Down " * 5 + "Right " * 7 + "Space "
            "Left Left Up Up Up Space " + "Down " * 9 + "Space",
        ),
    ],
)
def test_a_digit_drawn_by_keys_is_read(tab, digit, keys):
    focus_by_keys(tab)
    press(tab, keys)
    tab.expect_digit(digit)
    assert tab.digit() == digit


def test_stairs_of_single_steps_are_sent_as_a_slope(tab):
    focus_by_keys(tab)
    with tab.page.expect_request(
        lambda request: "/run/predict" in request.url and "[0.7,0.7]" in request.post_data
    ) as sent:
        press(tab, "Space " + "Right Down " * 4 + "Space")
    ((stroke,),) = [json.loads(sent.value.post_data)["data"][0]]
    middles = stroke[1:-1]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(middles)]
    assert len(slopes) >= 6
    assert slopes == pytest.approx([1] * len(slopes), abs=0.01)


def test_the_keys_pen_is_seen_and_heard_and_can_be_undone(tab):
    pen, heard = tab.page.locator(".sheet-pen"), tab.page.locator(".sheet-heard")
    expect(pen).to_be_hidden()
    focus_by_keys(tab)
    expect(pen).to_be_visible()
    press(tab, "Left Shift+Up")
    expect(heard).to_have_text("45 across, 49 down")
    press(tab, "Space")
    expect(heard).to_have_text("Pen down: 45 across, 49 down")
    press(tab, "Down Down Down Space")
    expect(heard).to_have_text("Pen up: 45 across, 64 down")
    tab.answer().wait_for()
    press(tab, "Control+z")
    tab.expect_no_digit()
    expect(heard).to_have_text("Undone")
    press(tab, "Space Down Escape")
    expect(heard).to_have_text("The sheet is empty")
    tab.expect_no_digit()
    assert tab.ink() == 0
    press(tab, "Space Down Tab")
    expect(pen).to_be_hidden()
    assert tab.page.locator("#undo").is_enabled()
    tab.draw(DIGITS[7])
    expect(pen).to_be_hidden()


def test_lifting_the_pen_and_clearing_at_once_send_one_drawing(tab):
    sent = []
    tab.page.on("request", lambda request: sent.append(request.post_data_json))
    focus_by_keys(tab)
    press(tab, "Space Down")
    # A second drawing may follow the first point; both are sent before the sheet is cleared.
    while len(sent) == 0 or len(sent[-1]["data"][0][0]) < 3:
        tab.page.wait_for_timeout(20)
    tab.answer().wait_for()
    del sent[:]
    press(tab, "Escape")  # lifts the pen, too
    while len(sent) == 0:
        tab.page.wait_for_timeout(20)
    tab.page.wait_for_timeout(200)  # a second drawing would be sent at once
    assert [request["data"] for request in sent if request] == [[[]]]


def test_the_keys_pen_stays_on_the_sheet(tab):
    focus_by_keys(tab)
    press(tab, "Left " * 15 + "Up " * 15)
    expect(tab.page.locator(".sheet-heard")).to_have_text("0 across, 0 down")


def test_a_newcomer_sees_a_digit_sketched_that_is_no_drawing_and_goes_at_a_touch(tab):
    sketch = tab.page.locator(SKETCH)
    assert sketch.count() >= 1
    tab.page.wait_for_function(
        "document.getAnimations().every((each) => each.playState === 'finished')"
    )
    assert tab.ink() == 0
    assert tab.digit() is None
    assert tab.page.locator("#clear").is_disabled()
    tab.draw(DIGITS[1])
    assert sketch.count() == 0
    tab.expect_digit(1)
    tab.page.click("#clear")
    tab.expect_no_digit()
    assert sketch.count() == 0
    tab.open(tab.page.url)
    assert sketch.count() == 0


@pytest.mark.parametrize("act", ["focus", "example"])
def test_the_sketch_goes_whatever_is_done_first(tab, act):
    assert tab.page.locator(SKETCH).count() >= 1
    if act == "focus":
        focus_by_keys(tab)
    else:
        tab.page.click('#examples [data-example="3"]')
    tab.page.locator(SKETCH).first.wait_for(state="detached")


def test_with_reduced_motion_nothing_moves(new_tab):
    tab = new_tab(reduced_motion="reduce")
    assert tab.page.locator(SKETCH).count() >= 1
    assert tab.page.evaluate("document.getAnimations().length") == 0
    tab.draw(DIGITS[7])
    tab.answer().wait_for()
    assert tab.page.evaluate("document.getAnimations().length") == 0
    tab.expect_digit(7)


def test_the_list_of_shortcuts_opens_by_key_and_button_and_gives_the_focus_back(tab):
    dialog, button = tab.page.locator("#shortcuts"), tab.page.locator("#help")
    expect(dialog).to_be_hidden()
    focus_by_keys(tab)
    tab.page.keyboard.press("?")
    expect(dialog).to_be_visible()
    assert tab.page.evaluate(
        "document.querySelector('#shortcuts').contains(document.activeElement)"
    )
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert tab.sheet.evaluate("canvas => canvas === document.activeElement")
    button.focus()
    tab.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.locator("button").click()
    expect(dialog).to_be_hidden()
    assert button.evaluate("button => button === document.activeElement")


def test_a_question_mark_in_a_text_is_a_question_mark(tab):
    tab.open_hyperparameters()
    selector = "#hidden-layers textarea, #hidden-layers input"
    tab.fill(selector, "")
    field = tab.page.locator(selector)
    field.press("?")
    assert field.input_value() == "?"
    expect(tab.page.locator("#shortcuts")).to_be_hidden()


def test_the_answer_is_announced_once_when_it_has_settled(tab):
    tab.page.evaluate(
        """() => {
          window.announced = [];
          const region = document.querySelector('#announcement');
          new MutationObserver(() => window.announced.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    tab.draw([DIGITS[7][0][:2], DIGITS[7][0][1:]])
    tab.expect_digit(7)
    region = tab.page.locator("#announcement")
    caption = tab.page.locator("#prediction .caption")
    expect(region).to_contain_text("7, ")
    assert region.inner_text() == f"7, {caption.inner_text()}"
    assert tab.page.evaluate("window.announced") == [region.inner_text()]
    assert region.get_attribute("role") == "status"
    live = tab.page.locator("#prediction :is([aria-live=polite], [role=status], [role=alert])")
    assert live.count() == 0


def test_tab_goes_from_the_head_to_the_sheet_and_on_to_the_sidebar(tab):
    tab.open_more()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    focus_by_keys(tab)
    tab.page.keyboard.press("Shift+Tab")
    passed = []
    while "load-model" not in passed and len(passed) < 60:
        passed.append(
            tab.page.evaluate(
                """() => {
                  const at = document.activeElement;
                  return at.closest('[id]:not([id^=range], [id^=html])')?.id ?? at.tagName;
                }"""
            )
        )
        outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", passed[-1]
        tab.page.keyboard.press("Tab")
    order = ["help", "sketchpad", "undo", "clear", "upload-button", "examples", "sidebar", "preset",
             "epochs", "retrain", "restore", "download-model", "load-model"]  # fmt: skip
    places = [passed.index(name) for name in order]
    assert places == sorted(places), passed


@pytest.mark.parametrize("width", [390, 820, 1280, 1600])
def test_nothing_shifts_once_something_is_painted(new_tab, width):
    tab = new_tab(script=SHIFTS, viewport={"width": width, "height": 900})
    tab.page.wait_for_timeout(500)
    assert tab.page.evaluate("window.shift") < 0.001
