"""What people came for is in sight, without scrolling, while a training runs, on every screen."""

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from digit_recognizer.ink.strokes import render
from tests.browser.digit_page import DIGITS
from tests.helpers import written_number

TOUCH = {"has_touch": True, "is_mobile": True}
LAPTOPS = [(1366, 768, "light"), (1280, 720, "dark")]
PHONES = [(390, 844), (360, 640)]
ALWAYS = ("#sketchpad canvas", "#undo", "#clear", "#upload-button", "#prediction", "#network-view")
COURSE = ("#stop", "#training-status", "#loss-chart", "#accuracy-chart")
PRESSED = "button, summary, select, input:not([type=hidden], [type=file]), #preset label"
SMALL = """
(selector) => [...document.querySelectorAll(selector)]
  .map((each) => [each.closest('#preset label') ?? each.closest('#distortion label') ?? each])
  .map(([each]) => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => each.checkVisibility({ visibilityProperty: true }) && box.height > 1
    && box.height < 43.9 && box.right > 0 && !each.matches('[type=range]'))
  .map(([each, box]) => `${each.id || each.textContent || each.outerHTML} ${box.height}`)
"""


def boxes(tab, *selectors):
    return {each: tab.page.locator(each).first.bounding_box() for each in selectors}


def assert_in_sight(tab, *selectors):
    size = tab.page.viewport_size
    assert tab.page.evaluate("window.scrollY") == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for selector, box in boxes(tab, *selectors).items():
        assert box["x"] >= 0, selector
        assert box["y"] >= 0, selector
        assert box["x"] + box["width"] <= size["width"] + 0.5, (selector, box)
        assert box["y"] + box["height"] <= size["height"] + 0.5, (selector, box)


def start_training(tab):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    if tab.page.locator("#open-training").is_visible():
        tab.page.click("#open-training")
        tab.page.locator("#sidebar.open").wait_for()
    tab.prepare_long_training()
    tab.page.click("#retrain")
    tab.page.locator('#loss-chart circle[data-epoch="2"]').first.wait_for(timeout=60_000)


def stop(tab):
    tab.page.click("#stop")
    tab.wait_for_status("Stopped")


@pytest.mark.parametrize(("width", "height", "scheme"), LAPTOPS)
def test_on_a_laptop_everything_is_in_sight(new_tab, width, height, scheme):
    tab = new_tab(viewport={"width": width, "height": height}, color_scheme=scheme)
    before = boxes(tab, *ALWAYS, *COURSE, "#lessons", "#retrain")
    start_training(tab)
    side = tab.sheet.bounding_box()["width"]
    assert 330 <= side <= 400
    bars = ('[data-bar="0"]', '[data-bar="none"]')
    assert_in_sight(tab, *ALWAYS, *COURSE, *bars, "#examples", "#lessons", "#retrain", "#restore")
    for chart in boxes(tab, "#loss-chart", "#accuracy-chart").values():
        assert chart["width"] >= 240
        assert chart["height"] >= 150
    letters = tab.page.locator("#loss-chart text.tick").first
    assert letters.evaluate("each => getComputedStyle(each).fontSize") == "11px"
    assert tab.page.locator("#loss-chart svg.axes").get_attribute("viewBox") is None
    stop(tab)
    assert boxes(tab, *before) == before


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_on_a_phone_a_panel_at_the_foot_shows_the_training_until_it_is_dismissed(
    new_tab, width, height
):
    tab = new_tab(viewport={"width": width, "height": height}, **TOUCH)
    assert tab.page.evaluate(SMALL, PRESSED) == []
    start_training(tab)
    tab.page.wait_for_timeout(400)
    assert tab.page.locator("#sidebar.open").count() == 0
    assert_in_sight(tab, *ALWAYS, *COURSE, '[data-bar="none"]', "#model-in-use")
    panel = tab.page.locator("#course").bounding_box()
    answer = tab.page.locator("#prediction").bounding_box()
    assert answer["y"] + answer["height"] <= panel["y"]
    stop(tab)
    assert_in_sight(tab, *ALWAYS, *COURSE[1:])
    assert tab.page.evaluate(SMALL, PRESSED) == []
    tab.page.click("#dismiss-course button")
    position = tab.page.locator("#course").evaluate("each => getComputedStyle(each).position")
    assert position != "fixed"


def test_on_a_phone_the_sidebar_is_for_fingers(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, **TOUCH)
    tab.page.click("#open-training")
    tab.page.locator("#sidebar.open").wait_for()
    tab.open_hyperparameters()
    tab.open_more()
    assert tab.page.evaluate(SMALL, PRESSED) == []
    is_whole = "field => field.parentElement.clientHeight >= field.offsetHeight"
    assert tab.page.locator("#epochs input[type=number]").evaluate(is_whole)
    with tab.page.expect_file_chooser() as waiting:
        tab.page.click("#load-model")
    waiting.value.set_files({"name": "x.npz", "mimeType": "text/plain", "buffer": b"no network"})
    tab.wait_for_status("is not a network")
    tab.page.locator("#sidebar:not(.open)").wait_for(state="attached")
    sentence = tab.page.locator("#training-status .status-detail")
    expect(sentence).to_be_in_viewport(ratio=0.99)
    assert sentence.evaluate("each => each.scrollHeight <= each.clientHeight")


def test_on_a_phone_on_its_side_sheet_and_answer_are_in_sight(new_tab):
    tab = new_tab(viewport={"width": 844, "height": 390}, **TOUCH)
    assert_in_sight(tab, *ALWAYS, '[data-bar="none"]', "#model-in-use")


def test_at_twice_the_size_nothing_is_cut_off(new_tab):
    tab = new_tab(viewport={"width": 640, "height": 360})
    assert_in_sight(tab, "#sketchpad canvas", "#undo", "#clear", "#prediction")


def test_open_settings_leave_retrain_in_sight_and_lie_under_it(new_tab):
    tab = new_tab(viewport={"width": 1280, "height": 620})
    tab.open_hyperparameters()
    tab.page.wait_for_timeout(300)
    assert_in_sight(tab, "#retrain", "#restore")
    on_top = """() => {
      const { left, right, top, bottom } =
        document.querySelector('#training-buttons').getBoundingClientRect();
      const strays = new Set();
      for (let x = left + 2; x < right; x += 8)
        for (let y = top + 2; y < bottom; y += 4) {
          const [first] = document.elementsFromPoint(x, y);
          if (!first.closest('#training-buttons')) strays.add(first.outerHTML);
        }
      return [...strays];
    }"""
    tab.page.add_style_tag(content="#sidebar * { pointer-events: auto !important }")
    assert tab.page.evaluate(on_top) == []


def test_accordions_have_no_scroll_bars_which_would_take_clicks_in_webkit(tab):
    overflow = "found => found.map((each) => getComputedStyle(each).overflow)"
    assert tab.page.locator("#settings, #more").evaluate_all(overflow) == ["visible"] * 2


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 720)])
def test_a_lesson_opens_in_view_beside_the_sheet_and_begins_with_its_text(new_tab, width, height):
    tab = new_tab(viewport={"width": width, "height": height}, reduced_motion="reduce")
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    names = [each.inner_text() for each in tab.page.locator("#lessons [data-lesson]").all()]
    assert names == ["Inside", "What it sees", "Why this answer?", "Teach it"]
    for name in ("inside", "stages", "looks"):
        tab.page.click(f'[data-lesson="{name}"]')
        panel = tab.page.locator(f'.lesson[data-shows="{name}"]')
        panel.locator("img").first.wait_for()
        tab.page.wait_for_timeout(200)
        for each in (panel, tab.sheet, tab.page.locator("#undo"), tab.page.locator("#lessons")):
            expect(each).to_be_in_viewport(ratio=0.99)
        if name == "inside":
            continue
        text, picture = (panel.locator(f".steps > * > {part}").first for part in ("p", ".pixels"))
        assert text.bounding_box()["y"] < picture.bounding_box()["y"]
    expect(tab.page.locator(".sum dl")).to_be_hidden()


def test_five_digits_keep_clear_of_the_view_and_the_chosen_ones_line_of_the_caption(
    new_tab, tmp_path
):
    tab = new_tab(viewport={"width": 1280, "height": 720})
    ink = render(written_number([1, 9, 8, 4, 2]), 600, 0.02)
    path = tmp_path / "number.png"
    Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).save(path)
    tab.upload(str(path))
    number = tab.page.locator("#prediction [data-number]")
    number.wait_for()
    assert len(number.get_attribute("data-number")) == 5
    last = tab.page.locator("[data-place]").last.bounding_box()
    view = tab.page.locator("#network-view").bounding_box()
    assert view["x"] - (last["x"] + last["width"]) >= 24
    caption = tab.page.locator(".caption").bounding_box()
    for digit in tab.page.locator("[data-place]").all():
        box = digit.bounding_box()
        assert box["y"] + box["height"] <= caption["y"] + 1
    assert tab.page.locator("#network-view figcaption").inner_text() == "28 × 28"
