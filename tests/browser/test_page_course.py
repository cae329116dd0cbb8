"""Who answers is plain to see, and nothing that took a training is lost without a question."""

import pytest
from playwright.sync_api import expect

from tests.browser.digit_page import DIGITS


@pytest.fixture(scope="module")
def trained(new_lasting_tab):
    """A tab with a seven, after a training of three epochs."""
    tab = new_lasting_tab()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    tab.train("quick", 3)
    return tab


def asks_before_leaving(tab) -> bool:
    return tab.page.evaluate(
        """() => {
          const leaving = new Event('beforeunload', { cancelable: true });
          window.dispatchEvent(leaving);
          return leaving.defaultPrevented;
        }"""
    )


def test_a_badge_names_the_network_and_another_line_what_the_built_in_one_reads(trained):
    badge, built_in = trained.page.locator("#model-in-use"), trained.page.locator(".built-in")
    expect(badge).to_contain_text("Your network · Quick · ")
    expect(built_in).to_contain_text("Built-in network: 7")
    bar = trained.page.locator(".progress")
    assert bar.get_attribute("aria-valuenow") == "100"


def test_the_report_says_whose_it_is_and_is_grey_while_another_network_answers(trained):
    owner, report = trained.page.locator(".owner"), trained.page.locator("#test-report")
    badge = trained.page.locator("#model-in-use")
    expect(owner).to_contain_text(badge.inner_text())

    def is_grey():
        column = report.locator("xpath=ancestor::*[parent::*[@id='after-training']]")
        return "grayscale" in column.evaluate("each => getComputedStyle(each).filter")

    assert not is_grey()
    trained.page.click("#restore")
    expect(badge).to_contain_text("Built-in network")
    expect(trained.page.locator(".built-in")).to_have_text("")
    expect(owner).to_contain_text("Another network answers now.")
    assert is_grey()
    trained.go_to_epoch(1)
    expect(badge).to_contain_text("Epoch 1 of 3")
    assert is_grey()
    trained.go_to_epoch(3)
    trained.page.click("#use-epoch")
    expect(badge).to_contain_text("Your network · Quick · ")
    assert not is_grey()


def test_reloading_asks_before_a_network_is_lost_unless_it_was_downloaded(trained):
    tab = trained
    assert asks_before_leaving(tab)
    tab.open_more()
    with tab.page.expect_download():
        tab.page.click("#download-model")
    assert not asks_before_leaving(tab)


@pytest.mark.slow
def test_reloading_asks_during_a_training_which_goes_on_when_the_visitor_stays(new_tab):
    tab = new_tab()
    tab.prepare_long_training()
    tab.page.click("#retrain")
    tab.wait_for_epoch(1)
    assert asks_before_leaving(tab)
    tab.wait_for_epoch(4)
    tab.page.click("#stop")
    tab.wait_for_status("Stopped")


def test_going_back_brings_the_drawing_back(new_tab):
    tab = new_tab()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    tab.page.goto("about:blank")
    tab.page.go_back()
    tab.expect_digit(7)


def test_a_screen_reader_hears_no_answer_after_clear(new_tab):
    tab = new_tab()
    tab.draw(DIGITS[7])
    expect(tab.page.locator("#announcement")).to_contain_text("7, ")
    tab.page.click("#clear")
    tab.expect_no_digit()
    tab.page.wait_for_timeout(900)
    assert tab.page.locator("#announcement").inner_text() == ""


def test_a_pen_takes_over_from_the_palm_that_landed_before_it(new_tab):
    tab = new_tab(has_touch=True)
    box = tab.sheet.bounding_box()
    session = tab.page.context.new_cdp_session(tab.page)

    def at(x, y):
        return {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def pen(kind, x, y):
        session.send(
            "Input.dispatchMouseEvent",
            {"type": kind, **at(x, y), "button": "left", "buttons": 1, "pointerType": "pen",
             "clickCount": 1},
        )  # fmt: skip

    touch("touchStart", at(0.9, 0.9))
    touch("touchMove", at(0.8, 0.95))
    assert tab.ink() > 0
    pen("mousePressed", 0.5, 0.2)
    for step in range(1, 13):
        pen("mouseMoved", 0.5, 0.2 + 0.05 * step)
        touch("touchMove", at(0.8, 0.9 - 0.01 * step))
    pen("mouseReleased", 0.5, 0.8)
    touch("touchEnd")
    tab.expect_digit(1)
    inked = tab.sheet.evaluate(
        """canvas => [[.5, .5], [.85, .92]].map(([x, y]) => canvas.getContext('2d')
          .getImageData(x * canvas.width, y * canvas.height, 1, 1).data[3] > 127)"""
    )
    assert inked == [True, False]


def test_forced_colours_leave_everything_visible(trained):
    tab = trained
    tab.page.emulate_media(forced_colors="active", color_scheme="dark")
    style = """([selector, pseudo]) => {
      const found = getComputedStyle(document.querySelector(selector), pseudo || null);
      return [parseFloat(found.borderTopWidth), found.backgroundColor, found.outlineStyle,
              found.outlineColor];
    }"""

    def look(selector, pseudo=""):
        return tab.page.evaluate(style, [selector, pseudo])

    tab.page.click('[data-lesson="inside"]')
    tab.page.locator("[data-unit]").first.click()
    edged = (".sheet", ".bar-track", ".progress", "#undo", "#upload-button", "#retrain", "#stop",
             "#epochs input[type=range]", "#lessons button", "#examples button", ".strip button",
             "[data-unit]", ".confusion button")  # fmt: skip
    for selector in edged:
        assert look(selector)[0] >= 1, selector
    desk, highlight = look("body")[1], look(".progress span")[1]
    assert highlight != desk
    filled = ((".bar.best .bar-fill", ""), (".inside-outputs .best", "::after"),
              (".inside-unit .for", "::before"), (".inside-unit .against", "::before"))  # fmt: skip
    for selector, pseudo in filled:
        assert look(selector, pseudo)[1] not in (desk, "rgba(0, 0, 0, 0)"), selector
    assert look(".confusion .wrong")[1] != highlight  # it would hide the number
    chosen = {
        "#preset label:has(input:checked)": "#preset label:not(:has(input:checked))",
        ".strip [aria-checked=true]": ".strip [aria-checked=false]",
        "[data-unit][aria-pressed=true]": "[data-unit][aria-pressed=false]",
        "[data-lesson][aria-expanded=true]": "[data-lesson][aria-expanded=false]",
    }
    for selector, other in chosen.items():
        assert look(selector)[2:] == ["solid", highlight], selector
        assert look(other)[2] == "none", other
    assert tab.ink() > 0
    tab.page.click('#examples [data-example="4"]')
    tab.page.locator("[data-of]").wait_for()
    # The picture keeps its colours, and so does the box on it.
    assert look("[data-of]")[3] in ("rgb(188, 63, 11)", "rgb(91, 98, 114)")
    tab.page.emulate_media(forced_colors="none", color_scheme="light")
