"""The page as the tests use it: draws with real pointer moves, reads what a person would read."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from digit_recognizer.training.config import PRESETS
from tests.browser.server import wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def arc(x, y, width, height, start, end, points=28) -> list[tuple[float, float]]:
    """Part of an ellipse around (x, y); angles in degrees, 0 to the right, 90 downwards."""
    angles = [math.radians(start + (end - start) * i / (points - 1)) for i in range(points)]
    return [(x + width * math.cos(a), y + height * math.sin(a)) for a in angles]


DIGITS = {
    0: [arc(0.5, 0.5, 0.17, 0.27, -90, 265, 40)],
    1: [[(0.5, 0.22), (0.5, 0.5), (0.5, 0.8)]],
    2: [[*arc(0.5, 0.37, 0.16, 0.14, -170, 40), (0.34, 0.77), (0.7, 0.77)]],
    3: [[*arc(0.48, 0.36, 0.15, 0.13, -150, 90), *arc(0.48, 0.63, 0.17, 0.14, -90, 150)]],
    7: [[(0.3, 0.26), (0.7, 0.26), (0.44, 0.8)]],
}
"""Strokes of digits, in units of the sheet's side."""

SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
"""Script that adds up how far the layout has shifted since the first paint, input apart."""


def side_by_side(*digits: int, left: float = 0.04, gap: float = 0.08) -> list:
    """Strokes of digits at 42 % of their size, from `left` on."""
    strokes = []
    for digit in digits:
        places = [x for stroke in DIGITS[digit] for x, _ in stroke]
        shift = left - min(places) * 0.42
        strokes += [[(shift + x * 0.42, 0.3 + y * 0.42) for x, y in s] for s in DIGITS[digit]]
        left = shift + max(places) * 0.42 + gap
    return strokes


class DigitPage:
    """One open tab."""

    def __init__(self, page: Page):
        self.page = page
        page.on("dialog", lambda dialog: dialog.accept())  # whether to leave
        self.sheet = page.locator("#sketchpad canvas")
        self.status = page.locator("#training-status")

    def open(self, url: str) -> DigitPage:
        self.page.goto(url)
        self.sheet.wait_for()
        self.page.locator("#upload input[type=file]").wait_for(state="attached")
        self.page.locator("body.settled").wait_for()
        return self

    def draw(self, strokes, steps: int = 1) -> None:
        self.sheet.scroll_into_view_if_needed()
        box = self.sheet.bounding_box()
        for stroke in strokes:
            places = [
                (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke
            ]
            self.page.mouse.move(*places[0])
            self.page.mouse.down()
            for place in places[1:]:
                self.page.mouse.move(*place, steps=steps)
            self.page.mouse.up()

    def answer(self) -> Locator:
        return self.page.locator("#prediction [data-digit]")

    def digit(self) -> int | None:
        """The digit that is shown, once the page has settled."""
        self.page.wait_for_timeout(400)
        found = self.answer().all()
        assert len(found) <= 1
        if not found:
            return None
        assert found[0].inner_text() == found[0].get_attribute("data-digit")
        return int(found[0].inner_text())

    def expect_digit(self, digit: int) -> None:
        self.page.locator(f'#prediction [data-digit="{digit}"]').wait_for(timeout=10_000)

    def expect_no_digit(self) -> None:
        self.answer().wait_for(state="detached", timeout=10_000)

    def upload(self, *files) -> None:
        self.page.set_input_files("#upload input[type=file]", *files)

    def remove_upload(self) -> None:
        self.page.click("#clear")

    def message(self) -> str:
        note = self.page.locator("#prediction .problem")
        note.wait_for(timeout=15_000)
        return note.inner_text()

    def ink(self) -> int:
        """How many pixels of the sheet are inked."""
        return self.sheet.evaluate(
            """canvas => {
              const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              return all.data.filter((value, index) => index % 4 === 3 && value > 127).length;
            }"""
        )

    def choose(self, preset: str, epochs: int) -> None:
        self.page.locator(f'#preset input[value="{preset}"]').check()
        field = self.page.locator("#epochs input[type=number]")
        self.expect_value("#epochs input[type=number]", PRESETS[preset].epochs)
        field.fill(str(epochs))
        field.press("Tab")

    def train(self, preset: str, epochs: int) -> None:
        """Train to the end."""
        self.choose(preset, epochs)
        self.page.click("#retrain")
        self.wait_for_status("Done", seconds=90)
        self.chosen_epoch().wait_for()

    def chosen_epoch(self) -> Locator:
        """The chosen cell of the time machine's strip."""
        return self.page.locator("#time-machine [aria-checked=true]")

    def go_to_epoch(self, epoch: int) -> None:
        self.page.click(f'#time-machine [data-epoch="{epoch}"]')

    def prepare_long_training(self) -> None:
        """Fill in the longest training: of many epochs of small batches, by a large network."""
        self.choose("tutorial", 50)
        self.open_hyperparameters()
        self.fill("#batch-size input", "8")
        self.fill("#hidden-layers textarea, #hidden-layers input", "2048, 2048")
        self.page.keyboard.press("Tab")
        self.close_hyperparameters()

    def fill(self, selector: str, text: str) -> None:
        """Fill in a field; one that Gradio has only just shown takes its first value once more."""

        def keeps_it() -> bool:
            self.page.fill(selector, text)
            self.page.wait_for_timeout(100)
            return self.page.input_value(selector) == text

        assert wait_for(keeps_it, 10), self.page.input_value(selector)

    def expect_value(self, selector: str, value: object) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_have_value(str(value))

    def open_hyperparameters(self) -> None:
        self.page.get_by_text("Hyperparameters").click()
        self.page.locator("#batch-size input").wait_for()

    def close_hyperparameters(self) -> None:
        self.page.get_by_text("Hyperparameters").click()
        self.page.locator("#batch-size input").wait_for(state="hidden")

    def open_more(self) -> None:
        """Unfold what few people need."""
        if not self.page.locator("#download-model").is_visible():
            self.page.click("#more .label-wrap")
        self.page.locator("#download-model").wait_for()

    def points(self, chart: str) -> int:
        return self.page.locator(f"#{chart} circle").count()

    def wait_for_status(self, text: str, seconds: float = 60) -> str:
        assert wait_for(lambda: text in self._pumped_status(), seconds), self.status.inner_text()
        return self.status.inner_text()

    def wait_for_epoch(self, epoch: int, seconds: float = 90) -> None:
        """Wait until a training is in this epoch or a later one."""

        def is_there() -> bool:
            found = re.match(r"Epoch (\d+) of ", self._pumped_status())
            return found is not None and int(found[1]) >= epoch

        assert wait_for(is_there, seconds), self.status.inner_text()

    def _pumped_status(self) -> str:
        self.page.wait_for_timeout(20)  # lets Playwright handle events meanwhile
        return self.status.inner_text()
