"""The page below a path of a site, and at other addresses than the usual one."""

import http.server
import os
import socket
import subprocess
import sys
import threading
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


@pytest.fixture(scope="module")
def frame():
    """A page of another origin with the page of its address' query in a frame."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            address = self.path.partition("?")[2]
            page = f'<iframe src="{address}" width="1280" height="880"></iframe>'
            self.wfile.write((page if address else "").encode())

        def log_message(self, *arguments):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://localhost:{web.server_port}"
    web.shutdown()
    thread.join()
    web.server_close()


def test_the_page_of_a_space_draws_in_a_frame_of_another_origin_that_is_named(chromium, frame):
    port = free_port()
    space = {
        **{"SPACE_ID": "somebody/digits", "SPACE_HOST": "somebody-digits.hf.space"},
        **{"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port)},
        **{"SYSTEM": "spaces", "DIGIT_RECOGNIZER_EMBED_IN": frame},
    }
    with running_server(port=port, **space) as server:
        with urllib.request.urlopen(server.url) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "X-Frame-Options" not in response.headers
        assert policy.endswith(
            f"frame-ancestors {frame} https://huggingface.co https://somebody-digits.hf.space"
        )
        page = chromium.new_page(viewport={"width": 1300, "height": 900})
        page.goto(f"{frame}/?{server.url}")
        inside = page.frame_locator("iframe")
        inside.locator("body.settled").wait_for()
        box = inside.locator("#sketchpad canvas").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 5
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + box["height"] * 0.6, steps=5)
        page.mouse.up()
        inside.locator('#prediction [data-digit="1"]').wait_for(timeout=10_000)
        page.close()
        assert server.stop() == (0, "")


def test_the_page_stays_out_of_frames_of_origins_that_are_not_named(chromium, frame, server_below):
    page = chromium.new_page()
    page.goto(f"{frame}/?{server_below.url}/")
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator("#sketchpad").count() == 0
    page.close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True
