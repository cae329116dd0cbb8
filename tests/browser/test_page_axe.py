"""axe-core finds nothing serious or critical in the page, light or dark, in any of its states."""

import pytest

from tests.browser.digit_page import DIGITS, side_by_side

SCHEMES = ("light", "dark")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def serious(tab) -> list[str]:
    """What axe finds that keeps somebody from using the page: rule and element, a line each."""
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab.page.wait_for_timeout(300)
    tab.page.wait_for_function(  # colours in transition are of neither state
        "!document.getAnimations().some((each) => each instanceof CSSTransition)"
    )
    found = sync_playwright.Axe().run(tab.page).response
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}  # it has looked
    return [
        f"{problem['id']}: {node['target']} {node['html'][:200]}"
        for problem in found["violations"]
        for node in problem["nodes"]
        if problem["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_empty_answered_and_with_a_picture(new_tab, scheme):
    tab = new_tab(**DESKTOP, color_scheme=scheme)
    assert serious(tab) == []
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    assert serious(tab) == []
    tab.page.click("#clear")
    tab.draw(side_by_side(3, 7))
    tab.page.locator('#prediction [data-number="37"]').wait_for()
    assert serious(tab) == []
    tab.page.click('#examples [data-example="4"]')
    tab.expect_digit(4)
    tab.page.locator(".sheet-frame img").wait_for()
    tab.open_hyperparameters()
    assert serious(tab) == []
    tab.upload({"name": "no.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    tab.message()
    tab.page.keyboard.press("?")
    assert serious(tab) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_a_lesson_open(new_tab, scheme):
    tab = new_tab(**DESKTOP, color_scheme=scheme)
    tab.draw([[(x * 0.4 + 0.05, y * 0.4) for x, y in stroke] for stroke in DIGITS[7]])
    tab.expect_digit(7)
    for name in ("stages", "looks"):
        tab.page.click(f'[data-lesson="{name}"]')
        tab.page.locator(f'.lesson[data-shows="{name}"] [data-said]').first.wait_for()
        assert serious(tab) == []
    tab.page.click('[data-lesson="teach"]')
    tab.page.click('[data-teach="1"]')
    tab.page.locator("[data-remove]").wait_for()
    assert serious(tab) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_on_a_phone_with_the_sidebar_open(new_tab, scheme):
    tab = new_tab(**PHONE, color_scheme=scheme)
    tab.page.click("#open-training")
    tab.page.locator("#sidebar.open").wait_for()
    assert serious(tab) == []


@pytest.mark.slow
def test_during_a_training(new_tab):
    tab = new_tab(**DESKTOP)
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    tab.prepare_long_training()
    tab.page.click("#retrain")
    tab.wait_for_epoch(2)
    assert serious(tab) == []
    tab.page.click("#stop")
    tab.wait_for_status("Stopped")
    assert serious(tab) == []
