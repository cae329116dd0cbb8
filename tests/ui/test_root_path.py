import asyncio

import pytest

from digit_recognizer.ui.root_path import RootPath


def answer_to(path: str, query: bytes = b"", kind: str = "http") -> tuple[list, list]:
    """What RootPath passes on as (path, raw path), and what it answers itself."""
    passed, sent = [], []

    async def app(scope, receive, send):
        passed.append((scope.get("path"), scope.get("raw_path")))

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": path, "raw_path": path.encode(), "query_string": query}
    scope |= {"method": "GET", "headers": []}
    asyncio.run(RootPath(app, "/digits")(scope, None, send))
    return passed, sent


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/run/draw", "/digitsx/y"])
def test_a_stripped_path_goes_on_as_it_is_and_a_kept_one_is_stripped(path):
    assert answer_to(path) == ([(path, path.encode())], [])
    assert answer_to(f"/digits{path}") == ([(path, path.encode())], [])


def test_the_path_without_a_slash_leads_to_the_page():
    passed, sent = answer_to("/digits", b"preset=quick")
    assert passed == []
    assert sent[0]["status"] == 307
    assert (b"location", b"/digits/?preset=quick") in sent[0]["headers"]


def test_messages_of_the_server_itself_go_on():
    assert answer_to("/digits", kind="lifespan")[0] == [("/digits", b"/digits")]
