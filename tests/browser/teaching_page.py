"""Steps of tests and benchmarks in the lesson "Teach it"."""

from playwright.sync_api import Locator, expect

from tests.browser.digit_page import DigitPage

CARET = [(0.3, 0.75), (0.5, 0.25), (0.7, 0.75)]


def hook(number: int) -> list:
    """A shape that the built-in network does not know, never twice the same."""
    shift = 0.02 * number
    return [[(x + shift * y, y + 0.5 * shift) for x, y in [*CARET, (0.45, 0.6)]]]


def open_teach(tab: DigitPage) -> Locator:
    """The lesson's panel, opened."""
    tab.page.click('[data-lesson="teach"]')
    panel = tab.page.locator("#teach .lesson")
    panel.wait_for()
    return panel


def key(tab: DigitPage, digit: int) -> Locator:
    """The key that says which digit it is."""
    return tab.page.locator(f'[data-teach="{digit}"]')


def correct(tab: DigitPage, drawing: list, digit: int) -> None:
    """Draw on a fresh sheet and say what it is."""
    before = tab.page.locator("[data-taught]").count()
    if tab.page.locator("#clear").is_enabled():
        tab.page.click("#clear")
        expect(key(tab, digit)).to_be_disabled()
    tab.draw(drawing)
    key(tab, digit).click()
    expect(tab.page.locator("[data-taught]")).to_have_count(before + 1)
    expect(key(tab, digit)).to_have_attribute("aria-pressed", "true")
