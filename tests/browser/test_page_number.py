"""Several digits on the sheet are a number, each digit of which can be looked at."""

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from digit_recognizer.ink.strokes import render
from tests.browser.digit_page import DIGITS, side_by_side
from tests.browser.test_page_language import switch
from tests.helpers import written_number


def number(tab):
    return tab.page.locator("#prediction [data-number]")


def best_bar(tab):
    return tab.page.locator("#prediction .bar.best")


def view(tab) -> str:
    return tab.page.locator("#network-view img").get_attribute("src")


@pytest.fixture(scope="module")
def lasting_tab(new_lasting_tab):
    return new_lasting_tab()


@pytest.fixture
def drawn(lasting_tab):
    """A tab with 207 on its sheet, in English, that the module's tests share."""
    tab = lasting_tab
    tab.page.mouse.move(1, 1)
    if tab.page.locator("html").get_attribute("lang") != "en":
        switch(tab, "en")
    if number(tab).count() == 0 or number(tab).get_attribute("data-number") != "207":
        draw_207(tab)
    return tab


def draw_207(tab) -> None:
    """On a cleared sheet; returns when the page says that the answer has settled."""
    if tab.page.locator("#clear").is_enabled():
        tab.page.click("#clear")
    tab.expect_no_digit()
    expect(number(tab)).to_have_count(0)
    tab.draw(side_by_side(2, 0, 7))
    expect(number(tab)).to_have_attribute("data-number", "207")
    expect(tab.page.locator("#announcement")).to_contain_text("207, ")


def test_a_number_is_read_and_its_digits_show_their_own_bars_when_pointed_at(drawn):
    requests = []
    drawn.page.on("request", lambda request: requests.append(request.url))
    assert number(drawn).inner_text() == "207"
    assert drawn.page.locator("#prediction [data-digit]").count() == 0
    views = set()
    for place, digit in enumerate("207", 1):
        drawn.page.locator(f'[data-place="{place}"]').hover()
        expect(best_bar(drawn)).to_have_attribute("data-bar", digit)
        shares = [
            float(bar.get_attribute("data-probability"))
            for bar in drawn.page.locator("#prediction [data-bar]").all()
        ]
        assert len(shares) == 11
        assert sum(shares) == pytest.approx(1, abs=0.001)
        expect(drawn.page.locator(".caption")).to_contain_text(f"Digit {place} of 3")
        views.add(view(drawn))
    assert len(views) == 3
    assert requests == []


def test_a_numbers_digits_are_reached_by_keys(drawn):
    first, second = (drawn.page.locator(f'[data-place="{place}"]') for place in (1, 2))
    first.focus()
    expect(best_bar(drawn)).to_have_attribute("data-bar", "2")
    expect(first).to_have_attribute("aria-pressed", "true")
    drawn.page.keyboard.press("Tab")
    expect(second).to_be_focused()
    expect(best_bar(drawn)).to_have_attribute("data-bar", "0")
    expect(first).to_have_attribute("aria-pressed", "false")


def test_the_number_is_announced(tab):
    draw_207(tab)  # which waits for it
    assert tab.page.locator("#announcement").inner_text().startswith("207, ")


def test_the_chosen_digit_stays_chosen_and_a_new_one_begins_anew(drawn):
    drawn.page.locator('[data-place="2"]').click()
    drawn.draw([[(0.3, 0.95), (0.302, 0.95)]])  # a speck
    drawn.page.wait_for_timeout(400)
    expect(best_bar(drawn)).to_have_attribute("data-bar", "0")
    drawn.page.click("#clear")
    drawn.expect_no_digit()
    expect(number(drawn)).to_have_count(0)
    drawn.draw(DIGITS[3])
    drawn.expect_digit(3)
    expect(best_bar(drawn)).to_have_attribute("data-bar", "3")
    expect(drawn.page.locator(".caption")).not_to_contain_text("Digit")


def test_it_goes_to_chinese_and_back(drawn):
    drawn.page.locator('[data-place="3"]').hover()
    switch(drawn, "zh-CN")
    expect(drawn.page.locator(".caption")).to_contain_text("第 3 位，共 3 位")
    drawn.page.locator('[data-place="1"]').hover()
    expect(drawn.page.locator(".caption")).to_contain_text("第 1 位，共 3 位")


def test_a_picture_of_a_number_is_read_and_moves_nothing(tab, tmp_path):
    def boxes():
        names = ("#sketchpad", "#network-view", "[data-bar='9']", "#model-in-use")
        return [tab.page.locator(name).bounding_box() for name in names]

    before = boxes()
    ink = render(written_number([1, 9, 8, 4]), 600, 0.02)
    path = tmp_path / "number.png"
    Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).save(path)
    tab.upload(str(path))
    expect(number(tab)).to_have_attribute("data-number", "1984")
    assert boxes() == before


def test_digits_are_tapped_on_a_phone(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tab.draw(side_by_side(3, 7))
    expect(number(tab)).to_have_attribute("data-number", "37")
    for place, digit in ((2, "7"), (1, "3")):
        tab.page.locator(f'[data-place="{place}"]').tap()
        expect(best_bar(tab)).to_have_attribute("data-bar", digit)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
