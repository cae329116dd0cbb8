"""A server, a Chromium, and tabs in which nothing may go wrong unseen."""

import contextlib
import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

import pytest

from tests.browser.server import running_server

FEATURES = (
    # What fills the address bar is a page of its own, which takes longer to load than ours.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    # Playwright turns these off, too, and only the last list counts.
    *("AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades"),
    *("LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"),
    *("PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
)
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES)}",
)


PATIENCE = 20
"""Seconds that a test waits for what must be seen; other tests run at the same time."""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def server(tiny_mnist):
    """`python app.py`, with a small data set to train on."""
    with running_server(DIGIT_RECOGNIZER_MNIST=str(tiny_mnist)) as server:
        yield server
        status, errors = server.stop()
        assert status == 0
        assert "Traceback" not in errors


def chromium_path() -> str | None:
    """The Chromium that $CHROMIUM names, or the system's; None leaves it to Playwright."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def chromium():
    """A headless Chromium, or the reason why there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    playwright.expect.set_options(timeout=1000 * PATIENCE)
    path = chromium_path()
    with playwright.sync_playwright() as driver:
        if path is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip("there is no Chromium on this machine")
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def watched_tabs(chromium, url):
    """Opens tabs; afterwards no tab may have logged an error or asked another host."""
    from tests.browser.digit_page import DigitPage

    contexts, problems = [], []

    def watch(request):
        host = urlparse(request.url).hostname
        if host not in ("127.0.0.1", None):
            problems.append(f"request to {request.url}")

    def open_tab(url=url, script="", **settings):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.on("request", watch)
        page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
        page.on(
            "console",
            lambda message: problems.append(message.text) if message.type == "error" else None,
        )
        return DigitPage(page).open(url)

    yield open_tab
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture
def new_tab(chromium, server):
    """Opens tabs that are closed after the test, see `watched_tabs`."""
    with watched_tabs(chromium, server.url) as open_tab:
        yield open_tab


@pytest.fixture(scope="module")
def new_lasting_tab(chromium, server):
    """Opens tabs that are closed after the module's tests, see `watched_tabs`."""
    with watched_tabs(chromium, server.url) as open_tab:
        yield open_tab


@pytest.fixture
def tab(new_tab):
    """One open tab on a desktop's screen."""
    return new_tab()
