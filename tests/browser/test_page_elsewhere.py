"""The page below a path of a site, and at other addresses than the usual one."""

import os
import socket
import subprocess
import sys
import urllib.request

import pytest

from digit_recognizer.ui.pictures.examples import example_path
from tests.browser.conftest import watched_tabs
from tests.browser.digit_page import DIGITS
from tests.browser.server import ROOT, free_port, running_server, wait_until_served


@pytest.fixture(scope="module")
def server_below():
    with running_server("--root-path", "/digits") as server:
        yield server
        assert server.stop() == (0, "")


def try_the_page(tab) -> None:
    tab.draw(DIGITS[3])
    tab.expect_digit(3)
    tab.upload(str(example_path(5)))
    tab.expect_digit(5)
    tab.page.click('#examples [data-example="7"]')
    tab.expect_digit(7)


def test_the_page_works_below_a_path_that_the_proxy_keeps_or_strips(chromium, server_below):
    with watched_tabs(chromium, f"{server_below.url}/digits?epochs=3") as open_tab:
        tab = open_tab()
        assert tab.page.url == f"{server_below.url}/digits/?epochs=3"
        try_the_page(tab)

        asked = []

        def strip(route):
            asked.append(route.request.url)
            route.continue_(url=route.request.url.replace("/digits/", "/", 1))

        tab.page.route("**/*", strip)
        tab.open(f"{server_below.url}/digits/")
        try_the_page(tab)
        assert all(url.startswith(f"{server_below.url}/digits/") for url in asked)


@pytest.mark.parametrize(
    ("host", "listens"), [("::", "[::1]"), ("[::1]", "[::1]"), ("0.0.0.0", "127.0.0.1")]
)
def test_gradios_variables_choose_the_address_that_is_listened_on(host, listens):
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    port = free_port()
    said = {"GRADIO_SERVER_NAME": host, "GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        env=os.environ | said,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert f":{port} " in process.stdout.readline()
        wait_until_served(f"http://{listens}:{port}/healthz")
        with urllib.request.urlopen(f"http://{listens}:{port}/healthz") as response:
            assert response.status == 200
    finally:
        process.kill()
        process.communicate()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True
