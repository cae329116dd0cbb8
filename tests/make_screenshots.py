"""Takes pictures of the page: those that the READMEs show, or all its states on all screens.

    python tests/make_screenshots.py [--only NAME …]
    python tests/make_screenshots.py --folder FOLDER [--states NAME …] [--screens NAME …] [--whole]

The first form renews the READMEs' pictures in tests/screenshots. The second puts a picture of each
state on each screen into a folder, to look at. The script serves the page itself and needs
Chromium, and MNIST for the states of a training.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import FLAGS, chromium_path  # noqa: E402
from tests.browser.digit_page import DigitPage, arc, side_by_side  # noqa: E402
from tests.browser.server import running_server  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent / "screenshots"
LAPTOP = {"viewport": {"width": 1280, "height": 720}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DARK = {"color_scheme": "dark"}
CHINESE = {"locale": "zh-CN"}
SCREENS = {
    "laptop": LAPTOP,
    "dark": LAPTOP | DARK,
    "chinese": LAPTOP | CHINESE,
    "film": {"viewport": {"width": 1280, "height": 860}},
    "wide": {"viewport": {"width": 1600, "height": 1000}},
    "tablet": {"viewport": {"width": 820, "height": 1180}},
    "phone": PHONE,
    "phone-dark": PHONE | DARK,
    "phone-chinese": PHONE | CHINESE,
}
SIDEBAR_WIDTH = 900
"""On narrower screens the sidebar is closed at first, in pixels."""
FIVE = [
    [(0.4, 0.25), (0.37, 0.47), *arc(0.47, 0.61, 0.18, 0.17, -125, 140)],
    [(0.4, 0.25), (0.66, 0.24)],
]
LAMBDA = [[(0.3, 0.2), (0.5, 0.5), (0.72, 0.82)], [(0.5, 0.5), (0.28, 0.82)]]


def empty(tab: DigitPage) -> None:
    """A newcomer's page, once the digit has sketched itself."""
    tab.expect_no_digit()
    tab.page.evaluate("document.getAnimations().forEach((each) => each.finish())")


def drawn(tab: DigitPage) -> None:
    tab.draw(FIVE)
    tab.expect_digit(5)


def keys(tab: DigitPage) -> None:
    """A one half drawn by keys."""
    tab.page.locator("#help").focus()
    tab.sheet.focus()
    for key in ("ArrowUp",) * 5 + ("Space",) + ("ArrowDown",) * 8:
        tab.page.keyboard.press(key)
    tab.expect_digit(1)


def shortcuts(tab: DigitPage) -> None:
    drawn(tab)
    tab.page.keyboard.press("?")


def number(tab: DigitPage) -> None:
    """A number whose third digit is looked at."""
    tab.draw(side_by_side(2, 0, 3, 7, left=0.12, gap=0.07))
    tab.page.locator('#prediction [data-number="2037"]').wait_for()
    tab.page.locator('[data-place="3"]').hover()


def example(tab: DigitPage) -> None:
    tab.page.click('#examples [data-example="4"]')
    tab.expect_digit(4)
    tab.page.locator(".sheet-frame img").wait_for()


def bad_upload(tab: DigitPage) -> None:
    tab.upload({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"seven"})
    tab.message()


def misread(tab: DigitPage) -> None:
    in_a_corner(tab, "stages")


def looks(tab: DigitPage) -> None:
    in_a_corner(tab, "looks")


def in_a_corner(tab: DigitPage, lesson: str) -> None:
    """A small five off the middle, and an open lesson about it."""
    tab.draw([[(x * 0.55 + 0.03, y * 0.55) for x, y in stroke] for stroke in FIVE])
    tab.expect_digit(5)
    tab.page.click(f'[data-lesson="{lesson}"]')
    tab.page.locator(f'.lesson[data-shows="{lesson}"] [data-said]').first.wait_for()


def taught(tab: DigitPage) -> None:
    """Three sevens like a lambda, taught to the built-in network."""
    tab.page.click('[data-lesson="teach"]')
    for place in range(3):
        if place:
            tab.page.click("#clear")
            tab.page.locator('[data-teach="7"]:disabled').wait_for()
        lean = 0.03 * place
        tab.draw([[(x + lean * (y - 0.3), y - lean / 2) for x, y in each] for each in LAMBDA])
        tab.page.click('[data-teach="7"]')
        tab.page.locator(f".tray li:nth-child({place + 1})").wait_for()
    tab.page.click('[data-act="learn"]')
    tab.page.locator('[data-score="test"]').wait_for(timeout=120_000)


def training(tab: DigitPage) -> None:
    """In the fifth epoch of twelve."""
    start_training(tab, 12)
    reached(tab, 4)


def reached(tab: DigitPage, epoch: int) -> None:
    """Wait until an epoch is done; a panel of a phone may hide its cell."""
    cell = tab.page.locator(f'#time-machine [data-epoch="{epoch}"]')
    cell.wait_for(state="attached", timeout=120_000)


def trained(tab: DigitPage) -> None:
    """After a training, with the network of its second epoch chosen again."""
    start_training(tab, 6)
    tab.page.locator("#mistakes img").first.wait_for(timeout=120_000)
    dismiss = tab.page.locator("#dismiss-course button")
    if dismiss.is_visible():  # on a phone, whose panel hides the time machine
        dismiss.click()
    tab.go_to_epoch(2)
    tab.page.locator("#loss-chart [data-marked='2']").wait_for(state="attached")


def start_training(tab: DigitPage, epochs: int) -> None:
    """Draw, and press Retrain."""
    drawn(tab)
    with open_sidebar(tab):
        tab.choose("quick", epochs)
        tab.page.click("#retrain")


@contextlib.contextmanager
def open_sidebar(tab: DigitPage) -> Iterator[None]:
    """Open the sidebar where the screen is too narrow for it, and close it afterwards."""
    is_narrow = tab.page.viewport_size["width"] < SIDEBAR_WIDTH
    if is_narrow:
        tab.page.click("#open-training")
    yield
    if is_narrow and tab.page.locator("#sidebar.open").count():  # Retrain has closed it
        tab.page.click("#sidebar .toggle-button")


STATES: dict[str, Callable[[DigitPage], None]] = {
    each.__name__: each
    for each in (
        *(empty, drawn, keys, shortcuts, number, example, bad_upload),
        *(misread, looks, taught, training, trained),
    )
}
REPLAY, FILM = "replay.gif", "training.gif"
FILM_EPOCHS = 6
"""The film has a frame for each of them, one before the first, and one at the end."""
FILM_SIZE, FRAME_MS, LAST_FRAME_MS = (960, 645), 900, 3000
README_PICTURES = {
    "chinese.png": ("drawn", "chinese", None),
    "misread.png": ("misread", "laptop", "#lesson"),
    "looks.png": ("looks", "laptop", "#lesson"),
    "teach.png": ("taught", "laptop", "#teach"),
    REPLAY: ("drawn", "laptop", None),
    FILM: ("drawn", "film", None),
}
"""State, screen, and the part of the page that is shown, if not all of it."""


def main() -> None:
    flags = parse_arguments()
    from playwright.sync_api import sync_playwright

    with running_server() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        if flags.folder:
            flags.folder.mkdir(parents=True, exist_ok=True)
            for state in flags.states:
                for screen in flags.screens:
                    path = flags.folder / f"{state}-{screen}.png"
                    take(browser, server.url, path, state, screen, whole=flags.whole)
        else:
            for name in flags.only:
                take(browser, server.url, FOLDER / name, *README_PICTURES[name])
        browser.close()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=README_PICTURES,
        default=README_PICTURES,
        metavar="NAME",
        help=f"of {', '.join(README_PICTURES)}",
    )
    parser.add_argument("--folder", type=Path, help="put pictures of all states there instead")
    for name, choices in (("states", STATES), ("screens", SCREENS)):
        parser.add_argument(
            f"--{name}",
            nargs="+",
            choices=choices,
            default=choices,
            metavar="NAME",
            help=f"with --folder: of {', '.join(choices)}",
        )
    parser.add_argument(
        "--whole", action="store_true", help="with --folder: the page from top to bottom"
    )
    return parser.parse_args()


def take(
    browser: Browser,
    url: str,
    path: Path,
    state: str,
    screen: str,
    part: str | None = None,
    whole: bool = False,
) -> None:
    """Save one picture, the drawing's GIF, or the film of a training, from a tab of its own."""
    context = browser.new_context(**SCREENS[screen])
    tab = DigitPage(context.new_page()).open(url)
    STATES[state](tab)
    if path.name == FILM:
        film(tab, path)
    elif path.name == REPLAY:
        with tab.page.expect_download() as waiting:
            tab.page.click(".lesson-more summary")
            tab.page.click("#save-gif")
        waiting.value.save_as(path)
    else:
        tab.page.mouse.move(2, 2)
        tab.page.wait_for_timeout(600)
        if part:
            tab.page.locator(part).screenshot(path=path)
        else:
            tab.page.screenshot(path=path, full_page=whole)
    context.close()
    print(path)


def film(tab: DigitPage, path: Path) -> None:
    """Save a film of a training: the page after each epoch, from the untrained network on."""
    tab.choose("quick", FILM_EPOCHS)
    tab.page.click("#retrain")
    frames = []
    for epoch in range(FILM_EPOCHS + 1):
        reached(tab, epoch)
        frames.append(tab.page.screenshot())
    tab.wait_for_status("Done")
    tab.page.wait_for_timeout(600)
    frames.append(tab.page.screenshot())
    pictures = [Image.open(io.BytesIO(frame)).convert("RGB").resize(FILM_SIZE) for frame in frames]
    palette = pictures[-1].quantize(kmeans=1)
    first, *rest = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures]
    durations = [FRAME_MS] * len(rest) + [LAST_FRAME_MS]
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, optimize=True)


if __name__ == "__main__":
    main()
