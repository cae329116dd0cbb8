import asyncio

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

from digit_recognizer.ui.fast.assets import (
    ENDS_NOTHING,
    ENDS_STREAMS,
    FOLDER,
    PIECE,
    InPieces,
    asset_address,
    asset_route,
)


@pytest.fixture(scope="module")
def client():
    return TestClient(Starlette(routes=[asset_route()]))


@pytest.mark.parametrize("suffix", [".js", ".css", ".woff2"])
@pytest.mark.parametrize("accepted", ["identity", "gzip, br"])
def test_an_asset_arrives_as_it_lies_in_the_folder_and_may_be_kept(client, suffix, accepted):
    path = max(FOLDER.glob(f"*{suffix}"), key=lambda path: path.stat().st_size)
    for _ in range(2):
        with client.stream(
            "GET", f"/assets/{path.name}", headers={"Accept-Encoding": accepted}
        ) as answer:
            content = b"".join(answer.iter_raw())
        assert answer.status_code == 200
        is_compressed = answer.headers.get("content-encoding") == "br"
        assert is_compressed == ("br" in accepted and suffix != ".woff2")
        assert (brotli.decompress(content) if is_compressed else content) == path.read_bytes()
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(("name", "media_type"), [("*.js", "javascript"), ("*.css", "text/css")])
def test_a_browser_is_told_what_an_asset_is(client, name, media_type):
    path = next(FOLDER.glob(name))
    answer = client.head(f"/assets/{path.name}")
    assert media_type in answer.headers["content-type"]


@pytest.mark.parametrize("name", ["", "none.js", "../index.html", "%2e%2e/index.html", ".", "a%00"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/assets/{name}").status_code == 404


def test_the_pages_streams_end_only_when_a_visitor_leaves(client):
    (path,) = [path for path in FOLDER.glob("*.js") if ENDS_STREAMS in path.read_bytes()]
    content = client.get(f"/assets/{path.name}").content
    assert ENDS_STREAMS not in content
    assert ENDS_NOTHING in content


@pytest.mark.parametrize("size", [1, 100, PIECE, 3 * PIECE + 1])
def test_an_asset_goes_through_compressing_middleware_unharmed_again_and_again(tmp_path, size):
    path = tmp_path / "picture.bin"
    path.write_bytes(b"x" * size)
    middleware = [Middleware(GZipMiddleware, minimum_size=50)]
    client = TestClient(Starlette(routes=[asset_route([path])], middleware=middleware))
    for accepted in ("gzip", "identity", "gzip"):
        answer = client.get(asset_address(path).lstrip("."), headers={"Accept-Encoding": accepted})
        assert answer.content == b"x" * size
        assert ("content-encoding" in answer.headers) == (accepted == "gzip" and size >= 50)


def test_a_file_of_ours_has_an_address_of_its_own_for_each_content(tmp_path):
    path = tmp_path / "words.json"
    addresses = set()
    for content in ('{"a": "b"}' * 100, '{"a": "c"}' * 100):
        path.write_text(content)
        addresses.add(asset_address(path))
        client = TestClient(Starlette(routes=[asset_route([path])]))
        answer = client.get(asset_address(path).lstrip("."), headers={"Accept-Encoding": "br"})
        assert answer.text == content
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["content-type"] == "application/json"
    assert len(addresses) == 2


def test_between_the_pieces_of_an_asset_the_server_gets_its_turn():
    events = []

    async def send(message):
        events.append(message["type"])

    async def scenario():
        asyncio.get_running_loop().call_soon(events.append, "the client has gone")
        await InPieces(b"x" * 3 * PIECE)({}, None, send)

    asyncio.run(scenario())
    assert events.index("the client has gone") == 2
