"""Takes the README's pictures of the page, and saves its GIF, into tests/screenshots/.

    python tests/make_screenshots.py [--only NAME …]

Serves the page itself and needs Chromium, and MNIST for the picture of a training.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Locator, sync_playwright  # noqa: E402

from tests.browser.conftest import FLAGS, chromium_path  # noqa: E402
from tests.browser.digit_page import DIGITS, DigitPage, arc, side_by_side  # noqa: E402
from tests.browser.server import running_server  # noqa: E402

FOLDER = Path(__file__).parent / "screenshots"
DESKTOP = {"viewport": {"width": 1280, "height": 720}}
WHOLE_DESKTOP = {"viewport": {"width": 1280, "height": 1160}}
WIDE = {"viewport": {"width": 1600, "height": 1000}}
TABLET = {"viewport": {"width": 820, "height": 1180}}
LONG_DESKTOP = {"viewport": {"width": 1280, "height": 1700}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
CHINESE = {"locale": "zh-CN"}
REPLAY = "replay"
FIVE = [
    [(0.4, 0.25), (0.37, 0.47), *arc(0.47, 0.61, 0.18, 0.17, -125, 140)],
    [(0.4, 0.25), (0.66, 0.24)],
]
LAMBDA = [[(0.3, 0.2), (0.5, 0.5), (0.72, 0.82)], [(0.5, 0.5), (0.28, 0.82)]]


def light(tab: DigitPage) -> None:
    tab.draw(FIVE)
    tab.expect_digit(5)


def dark(tab: DigitPage) -> None:
    tab.draw(DIGITS[3])
    tab.expect_digit(3)


def phone(tab: DigitPage) -> None:
    tab.draw(DIGITS[2])
    tab.expect_digit(2)


def empty(tab: DigitPage) -> None:
    """What a newcomer sees, once the digit has sketched itself."""
    tab.expect_no_digit()
    tab.page.evaluate("document.getAnimations().forEach((each) => each.finish())")


def keys(tab: DigitPage) -> None:
    """A one half drawn by keys."""
    tab.page.locator("#help").focus()
    tab.sheet.focus()
    for key in ("ArrowUp",) * 5 + ("Space",) + ("ArrowDown",) * 8:
        tab.page.keyboard.press(key)
    tab.expect_digit(1)


def shortcuts(tab: DigitPage) -> None:
    dark(tab)
    tab.page.keyboard.press("?")


def bad_upload(tab: DigitPage) -> None:
    tab.upload({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"seven"})
    tab.message()


def example(tab: DigitPage) -> None:
    tab.page.click('#examples [data-example="4"]')
    tab.expect_digit(4)
    tab.page.locator("#upload img").wait_for()


def number(tab: DigitPage) -> None:
    """A number, and its third digit looked at."""
    tab.draw(side_by_side(2, 0, 3, 7, left=0.12, gap=0.07))
    tab.page.locator('#prediction [data-number="2037"]').wait_for()
    tab.page.locator('[data-place="3"]').hover()


def in_a_corner(tab: DigitPage, lesson: str) -> Locator:
    """A small five off the middle, and an open lesson about it."""
    tab.draw([[(x * 0.55 + 0.03, y * 0.55) for x, y in stroke] for stroke in FIVE])
    tab.expect_digit(5)
    tab.page.click(f'[data-lesson="{lesson}"]')
    tab.page.locator(f'.lesson[data-shows="{lesson}"] [data-said]').first.wait_for()
    return tab.page.locator("#lesson")


def misread(tab: DigitPage) -> Locator:
    return in_a_corner(tab, "stages")


def looks(tab: DigitPage) -> Locator:
    return in_a_corner(tab, "looks")


def lesson_dark(tab: DigitPage) -> None:
    in_a_corner(tab, "looks")


def lesson_phone(tab: DigitPage) -> None:
    in_a_corner(tab, "stages")


def teach(tab: DigitPage) -> Locator:
    """Three sevens like a lambda, taught to the shipped network."""
    tab.page.click('[data-lesson="teach"]')
    for number in range(3):
        if number:
            tab.page.click("#clear")
            tab.page.locator('[data-teach="7"]:disabled').wait_for()
        lean = 0.03 * number
        tab.draw([[(x + lean * (y - 0.3), y - lean / 2) for x, y in each] for each in LAMBDA])
        tab.page.click('[data-teach="7"]')
        tab.page.locator(f".tray li:nth-child({number + 1})").wait_for()
    tab.page.click('[data-act="learn"]')
    tab.page.locator('[data-score="test"]').wait_for(timeout=120_000)
    return tab.page.locator("#teach")


def taught(tab: DigitPage) -> None:
    teach(tab)


def training(tab: DigitPage) -> None:
    light(tab)
    tab.page.click("#retrain")
    tab.wait_for_status("Epoch 7 of 10", seconds=170)


def trained(tab: DigitPage) -> None:
    """After a training, looking back at its second epoch."""
    light(tab)
    is_phone = tab.page.viewport_size["width"] < 900
    toggle = tab.page.locator("#sidebar .toggle-button")
    if is_phone:
        toggle.click()
    tab.train("quick", 6)
    tab.page.locator("#time-machine input[type=range]").fill("2")
    tab.page.locator("#loss-chart [data-marked='2']").wait_for(state="attached")
    tab.page.locator("#mistakes img").first.wait_for()
    if is_phone:
        toggle.click()


# How to come to the picture, which may be of a part of the page only, and in what kind of tab.
PICTURES: dict[str, tuple[Callable[[DigitPage], Locator | None], dict]] = {
    "light": (light, DESKTOP),
    "dark": (dark, {**DESKTOP, "color_scheme": "dark"}),
    "empty": (empty, DESKTOP),
    "phone": (phone, PHONE),
    "chinese": (light, {**DESKTOP, **CHINESE}),
    "chinese_phone": (phone, {**PHONE, **CHINESE}),
    "tablet": (light, TABLET),
    "wide": (light, WIDE),
    "keys": (keys, DESKTOP),
    "shortcuts": (shortcuts, {**DESKTOP, "color_scheme": "dark"}),
    "bad_upload": (bad_upload, DESKTOP),
    "example": (example, WHOLE_DESKTOP),
    "number": (number, DESKTOP),
    "number_phone": (number, PHONE),
    "misread": (misread, WHOLE_DESKTOP),
    "looks": (looks, WHOLE_DESKTOP),
    "lesson_dark": (lesson_dark, {**WHOLE_DESKTOP, "color_scheme": "dark"}),
    "lesson_phone": (lesson_phone, {**PHONE, "viewport": {"width": 390, "height": 1500}}),
    "teach": (teach, WHOLE_DESKTOP),
    "teach_dark": (taught, {**WHOLE_DESKTOP, "color_scheme": "dark"}),
    "teach_phone": (taught, {**PHONE, "viewport": {"width": 390, "height": 1700}}),
    "training": (training, WHOLE_DESKTOP),
    "trained": (trained, LONG_DESKTOP),
    "trained_dark": (trained, {**LONG_DESKTOP, "color_scheme": "dark"}),
    "trained_phone": (trained, {**PHONE, "viewport": {"width": 390, "height": 2700}}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", choices=[*PICTURES, REPLAY], help="take these pictures only"
    )
    only = parser.parse_args().only
    FOLDER.mkdir(exist_ok=True)
    with running_server() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for name in only or [*PICTURES, REPLAY]:
            print(
                save_replay(browser, server.url)
                if name == REPLAY
                else take(browser, server.url, name)
            )
        browser.close()


def take(browser: Browser, url: str, name: str) -> Path:
    """One picture, in a tab of its own."""
    prepare, settings = PICTURES[name]
    context = browser.new_context(**settings)
    tab = DigitPage(context.new_page()).open(url)
    part = prepare(tab)
    tab.page.mouse.move(2, 2)
    tab.page.wait_for_timeout(600)
    path = FOLDER / f"{name}.png"
    (part or tab.page).screenshot(path=path)
    context.close()
    return path


def save_replay(browser: Browser, url: str) -> Path:
    """The GIF of a drawing, as the page gives it away."""
    context = browser.new_context(**DESKTOP)
    tab = DigitPage(context.new_page()).open(url)
    light(tab)
    with tab.page.expect_download() as waiting:
        tab.page.click("#save-gif")
    path = FOLDER / f"{REPLAY}.gif"
    waiting.value.save_as(path)
    context.close()
    return path


if __name__ == "__main__":
    main()
