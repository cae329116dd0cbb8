import asyncio
import base64
import inspect
import threading
import time

import gradio as gr
import pytest

from digit_recognizer.ui.events import MAX_DECODING, few_at_once, inline_file, payload
from tests.helpers import sent


@pytest.mark.parametrize("data", [None, [], "text", 7, [{"digit": 3}]])
def test_a_payload_that_is_no_object_is_empty(data):
    assert payload(sent(data)) == {}


def test_a_payload_is_what_the_browser_sent():
    assert payload(sent({"digit": 3})) == {"digit": 3}


def test_an_inline_file_holds_its_content_in_its_address():
    file = inline_file(b"\x00content", "image/gif", "name.gif")
    head, _, content = file["url"].partition(",")
    assert head == "data:image/gif;base64"
    assert base64.b64decode(content) == b"\x00content"
    assert file["orig_name"] == "name.gif"


def test_few_files_are_decoded_at_once_and_the_others_wait_for_their_turn():
    running, most, lock = 0, 0, threading.Lock()

    def decode(number: int, request: gr.Request) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return number

    async def all_at_once() -> list[int]:
        handler = few_at_once(decode)
        return await asyncio.gather(*(handler(number, None) for number in range(8)))

    assert asyncio.run(all_at_once()) == list(range(8))
    assert most == MAX_DECODING


def test_gradio_sees_what_a_handler_takes_that_waits():
    def handler(path: str, request: gr.Request) -> None: ...

    assert inspect.signature(few_at_once(handler)) == inspect.signature(handler)
