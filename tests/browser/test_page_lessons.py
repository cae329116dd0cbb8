import io
import json

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.digit_page import DIGITS, side_by_side

CORNER_SEVEN = [[(x * 0.4 + 0.05, y * 0.4) for x, y in stroke] for stroke in DIGITS[7]]


def lesson_button(tab, name):
    return tab.page.locator(f'[data-lesson="{name}"]')


def stage(tab, name):
    return tab.page.locator(f'#lesson [data-stage="{name}"] [data-said]')


@pytest.fixture
def requests(tab):
    """Which of the page's functions the browser has called, as they come."""
    config = tab.page.evaluate("window.gradio_config.dependencies.map((d) => [d.id, d.api_name])")
    names, called = dict(config), []

    def note(request):
        if "/queue/join" in request.url or "/run/" in request.url:
            called.append(names[json.loads(request.post_data)["fn_index"]])

    tab.page.on("request", note)
    return called


def test_lessons_are_closed_at_first_and_ask_nothing(tab, requests):
    for name in ("stages", "looks"):
        assert lesson_button(tab, name).get_attribute("aria-expanded") == "false"
    assert tab.page.locator("#lesson").is_hidden()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    tab.page.wait_for_timeout(600)
    assert set(requests) == {"draw"}


def test_why_a_drawing_was_misread_is_shown_and_follows_the_drawing(tab, requests):
    lesson_button(tab, "stages").click()
    expect(tab.page.locator("#lesson")).to_contain_text("Draw a digit")
    top = "each => each.getBoundingClientRect().top + window.scrollY"
    before = tab.page.locator("#examples").evaluate(top)
    tab.draw(CORNER_SEVEN)
    expect(stage(tab, "centred")).to_have_text("7")
    assert tab.page.locator("#examples").evaluate(top) == before
    pictures = tab.page.locator("#lesson .pixels img")
    sources = [picture.get_attribute("src") for picture in pictures.all()]
    assert len(set(sources)) == 4
    view = tab.page.locator("#network-view img").get_attribute("src")
    assert sources[-1] == view
    assert sources[-2] != view
    tab.page.click("#clear")
    expect(tab.page.locator("#lesson")).to_contain_text("Draw a digit")
    tab.page.click('#examples [data-example="4"]')
    expect(stage(tab, "centred")).to_have_text("4")
    assert 3 <= requests.count("explain") <= 8
    lesson_button(tab, "stages").click()
    assert tab.page.locator("#lesson").is_hidden()
    asked = requests.count("explain")
    tab.draw(DIGITS[1])
    tab.expect_digit(1)
    tab.page.wait_for_timeout(600)
    assert requests.count("explain") == asked


def test_where_it_looks_adds_up_and_flips_by_keyboard(tab):
    tab.draw(DIGITS[3])
    tab.expect_digit(3)
    lesson_button(tab, "looks").focus()
    tab.page.keyboard.press("Enter")
    lesson = tab.page.locator("#lesson")
    expect(lesson.locator("[data-part]")).to_have_count(4)
    lesson.get_by_text("Show the sum").click()
    terms = lesson.locator("[data-term] dd").all_inner_texts()
    *parts, lead = (float(term.replace("−", "-")) for term in terms)
    assert sum(parts) == pytest.approx(lead, abs=0.021)
    runner_up = int(lesson.locator("[data-said]").inner_text())
    assert runner_up != 3
    expect(lesson.locator("h3").first).to_have_text(f"Why 3, not {runner_up}")
    lesson_button(tab, "stages").click()
    assert lesson_button(tab, "looks").get_attribute("aria-expanded") == "false"
    expect(stage(tab, "centred")).to_have_text("3")


def test_the_lesson_chosen_last_is_shown_when_the_server_is_slow(tab):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    held = []

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    tab.page.route("**/queue/join*", hold)
    lesson_button(tab, "stages").click()
    tab.page.wait_for_timeout(100)
    lesson_button(tab, "looks").click()
    tab.page.wait_for_timeout(100)
    held[0].continue_()
    tab.page.locator('.lesson[data-shows="looks"]').wait_for()
    tab.page.wait_for_timeout(400)
    assert tab.page.locator('.lesson[data-shows="looks"]').is_visible()


def test_lessons_fit_a_phone(new_tab):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tab.draw(DIGITS[2])
    tab.expect_digit(2)
    for name in ("stages", "looks"):
        lesson_button(tab, name).tap()
        tab.page.locator(f'.lesson[data-shows="{name}"] img').first.wait_for()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_drawing_is_saved_as_a_gif_once_there_is_one(tab, tmp_path):
    save = tab.page.locator("#save-gif")
    expect(save).to_be_disabled()
    tab.draw(DIGITS[7])
    expect(save).to_be_enabled()
    tab.page.click(".lesson-more summary")
    for path in (tmp_path / "first.gif", tmp_path / "second.gif"):
        with tab.page.expect_download() as waiting:
            save.click()
        assert waiting.value.suggested_filename.endswith(".gif")
        waiting.value.save_as(path)
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            assert image.n_frames >= 8
    tab.page.click("#clear")
    expect(save).to_be_disabled()


def test_inside_the_network_units_follow_the_drawing_the_training_and_the_epoch(new_tab):
    tab = new_tab()
    lesson_button(tab, "inside").click()
    expect(tab.page.locator("#lesson")).to_contain_text("Draw a digit")
    tab.draw(DIGITS[7])
    best = tab.page.locator(".inside-outputs .best")
    expect(best).to_have_text("7")
    assert tab.page.locator(".inside-layer").count() == 2  # the built-in network has two layers
    assert tab.page.locator(".inside .fan path").count() > 10
    shown = shown_units(tab)
    tab.page.click("#clear")
    tab.draw(DIGITS[1])
    expect(best).to_have_text("1")
    assert shown_units(tab) != shown
    tab.train("quick", 2)
    expect(tab.page.locator(".inside-layer")).to_have_count(1)
    trained = tab.page.locator(".inside").get_attribute("style")
    tab.go_to_epoch(0)
    expect(tab.page.locator(".inside")).not_to_have_attribute("style", trained)


def test_inside_and_why_follow_the_digit_of_a_number_that_is_chosen(tab):
    tab.draw(side_by_side(2, 0, 7))
    expect(tab.page.locator("#announcement")).to_contain_text("207, ")
    lesson_button(tab, "inside").click()
    best, picture = tab.page.locator(".inside-outputs .best"), tab.page.locator(".inside img")
    view = tab.page.locator("#network-view img")
    for place, digit in enumerate("207", 1):
        tab.page.locator(f'[data-place="{place}"]').focus()
        expect(best).to_have_text(digit)
        assert picture.get_attribute("src") == view.get_attribute("src")
    lesson_button(tab, "looks").click()
    expect(tab.page.locator("#lesson h3").first).to_contain_text("Why 7, not ")
    tab.page.locator('[data-place="1"]').focus()
    expect(tab.page.locator("#lesson h3").first).to_contain_text("Why 2, not ")
    lesson_button(tab, "stages").click()
    expect(tab.page.locator("#lesson")).to_contain_text("This lesson explains single digits")


def shown_units(tab) -> list[str]:
    return [unit.get_attribute("data-unit") for unit in tab.page.locator("[data-unit]").all()]


def test_a_unit_is_chosen_by_a_tap_or_by_keys_and_stays_chosen(tab):
    tab.draw(DIGITS[7])
    # The lesson draws its units anew with every answer, so it opens once the last one is there.
    expect(tab.page.locator("#announcement")).to_contain_text("7, ")
    lesson_button(tab, "inside").click()
    unit = tab.page.locator("[data-unit]").first
    unit.click()
    large = tab.page.locator(".inside-unit")
    expect(large.locator("h3")).to_have_text(unit.get_attribute("title"))
    assert large.locator("dl div").count() == 10
    expect(large).to_be_in_viewport(ratio=0.99)
    assert unit.get_attribute("aria-pressed") == "true"
    other = tab.page.locator("[data-unit]").nth(10)
    other.focus()
    tab.page.keyboard.press("Enter")
    expect(large.locator("h3")).to_have_text(other.get_attribute("title"))
    tab.page.keyboard.press("Enter")
    expect(large).to_be_hidden()
