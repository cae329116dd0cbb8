import base64

import pytest

from digit_recognizer.ui.events import inline_file, payload
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
