import json

import pytest
from playwright.sync_api import expect

from tests.browser.digit_page import DIGITS
from tests.browser.teaching_page import correct, hook, key, open_teach
from tests.browser.test_page_axe import serious
from tests.browser.test_page_language import english, switch

LEARNING_SECONDS = 90


@pytest.mark.slow
def test_a_hand_is_learnt_from_three_corrections_and_undone(tab):
    open_teach(tab)
    expect(key(tab, 7)).to_be_disabled()
    learn, undo = (tab.page.locator(f'[data-act="{name}"]') for name in ("learn", "undo"))
    expect(learn).to_be_disabled()
    for number in range(3):
        correct(tab, hook(number), 7)
    read = tab.page.locator("[data-read]").inner_text()
    assert read != "7"
    learn.click()
    expect(tab.page.locator('[data-score="test"]')).to_be_visible(timeout=1000 * LEARNING_SECONDS)
    tab.expect_digit(7)
    expect(tab.page.locator("#model-in-use")).to_contain_text("taught 3 drawings")
    expect(tab.page.locator('[data-score="drawings"] dd')).to_have_text("0/3 → 3/3")
    expect(tab.page.locator('[data-says="7"]')).to_have_count(3)
    assert serious(tab) == []
    switch(tab, "zh-CN")
    assert english(tab) == []
    switch(tab, "en")
    tab.page.click("#clear")
    tab.expect_no_digit()
    tab.draw(hook(4))
    tab.expect_digit(7)
    undo.click()
    expect(tab.page.locator("#model-in-use")).to_contain_text("Built-in")
    expect(undo).to_be_disabled()
    tab.expect_digit(int(read))


def test_a_tray_is_taken_home_and_brought_back_and_a_wrong_file_loses_nothing(new_tab, tmp_path):
    tab = new_tab()
    open_teach(tab)
    correct(tab, DIGITS[1], 7)
    correct(tab, DIGITS[3], 8)
    with tab.page.expect_download() as waiting:
        tab.page.click('[data-act="export"]')
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert [each["digit"] for each in json.loads(path.read_text())["drawings"]] == [7, 8]
    tab.page.locator("[data-remove]").first.click()
    taught = tab.page.locator("[data-taught]")
    expect(taught).to_have_count(1)
    wrong, large = tmp_path / "wrong.json", tmp_path / "large.json"
    wrong.write_text("seven")
    large.write_text(" " * 750_001)
    status = tab.page.locator("#teach .status")
    for file, text, left in (
        (wrong, "not JSON", 1),
        (large, "750 kB", 1),
        (path, "1 new drawing", 2),
    ):
        with tab.page.expect_file_chooser() as choosing:
            tab.page.click('[data-act="import"]')
        choosing.value.set_files(file)
        expect(status).to_contain_text(text)
        expect(taught).to_have_count(left)


def test_teaching_fits_a_phone_and_an_upload_is_not_taught(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    panel = open_teach(tab)
    correct(tab, DIGITS[2], 2)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    height = "all => all.map((each) => each.offsetHeight)"
    assert min(panel.locator("button").evaluate_all(height)) >= 44
    tab.page.click('#examples [data-example="4"]')
    tab.expect_digit(4)
    expect(panel).to_contain_text("upload has no strokes")
    expect(key(tab, 4)).to_be_disabled()
