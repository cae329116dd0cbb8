"""What strangers may send over HTTP; the server must also have logged no traceback at the end."""

import http.client
import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlparse

import pytest
from gradio.utils import get_upload_folder

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.ui.pictures.examples import example_path
from digit_recognizer.ui.server.security_headers import FOR_PARTS, HEADERS
from tests.browser.server import ROOT

A_FILE = {"meta": {"_type": "gradio.FileData"}}
VALUES = [
    *(None, True, 0, -1, 1e308, 10**400, "", "x", "\ud800", "x" * 10_000, [], {}, [[[1]]]),
    [[[0.5, 0.5]]],
    {"label": [], "digit": {}, "lesson": [], "index": [], "reason": []},
    {"path": "/etc/passwd"},
    {"path": "/etc/passwd", **A_FILE},
    {"path": str(SHIPPED_MODEL), **A_FILE},
    {"path": str(example_path(3))},
    {"path": "http://127.0.0.1:9/picture.png", **A_FILE},
    [{"path": "http://127.0.0.1:9/picture.png", **A_FILE}],
    {"path": f"{get_upload_folder()}/{'../' * 8}etc/passwd", **A_FILE},
    {"path": "a\0b"},
    {"path": 5},
]
NOT_FOUND = [
    *("/docs", "/openapi.json", "/monitoring", "/login", "/user", "/pwa_icon/9999", "/etc/passwd"),
    *("/gradio_api/openapi.json", "/gradio_api/vibe-code", "/gradio_api/deep_link?session_hash=x"),
    *("/gradio_api/runs", "/gradio_api/queue/status", "/gradio_api/component_server"),
    *("/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/file=http://127.0.0.1/"),
    *("/gradio_api/file=HTTPS://example.com/", "/gradio_api/stream/a/b/1/playlist-file"),
    *("/gradio_api/custom_component/x/client/component/a.js", "/gradio_api/dev/reload"),
    "/gradio_api/upload_progress?upload_id=a",
]


def ask(server, path, body=None, method=None, headers=None) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer; `body` is bytes, or JSON to be."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(server.url + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode(errors="replace"), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace"), error.headers


@pytest.fixture(scope="module")
def functions(server) -> dict[int, dict]:
    config = json.loads(ask(server, "/config")[1])
    return {function["id"]: function for function in config["dependencies"]}


@pytest.fixture(autouse=True)
def still_answers(server):
    yield
    assert ask(server, "/healthz")[0] == 200


def queued(server, call: dict) -> str:
    """Everything that a queued call answers."""
    status, text, _ = ask(server, "/gradio_api/queue/join", call)
    if status != 200:
        return text
    return ask(server, f"/gradio_api/queue/data?session_hash={call['session_hash']}")[1]


def assert_clean(status: int, text: str) -> None:
    for inside in ("Traceback", "site-packages", str(ROOT), ".py"):
        assert inside not in text
    if status >= 500:
        assert json.loads(text)["error"].endswith((".", ". Please try again", "]")), text


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:40])
def test_no_function_of_the_page_is_upset_by_any_value(server, functions, value):
    for index, function in functions.items():
        name, count = function["api_name"], len(function["inputs"])
        if name == "arrive":
            continue
        call = {
            "data": [value] * count,
            "event_data": value,
            "fn_index": index,
            "session_hash": "hostile",
        }
        if function["queue"]:
            text = queued(server, call)
            assert_clean(0, text)
            assert "process_completed" in text or "not one of this page" in text
            assert ask(server, f"/gradio_api/run/{name}", call)[0] in (404, 422)
        else:
            assert_clean(*ask(server, "/gradio_api/run/predict", call)[:2])
        for other in ({"data": []}, {"data": [value] * (count + 1)}):
            if len(other["data"]) != count:
                assert ask(server, "/gradio_api/queue/join", {**call, **other})[0] == 422


@pytest.mark.parametrize(
    "change",
    [
        *({"fn_index": index} for index in (-1, 9999, "0", 0.0, True, [], 10**400)),
        *({"session_hash": session} for session in (5, "", "a b", "../x", "x" * 65, [])),
        *({"data": data} for data in (None, {}, "x", [], [None] * 1000)),
        {"batched": True},
        {"trigger_id": "x"},
        {"trigger_id": 10**400},
        {"event_id": 5},
        {"event_data": {"path": "/etc/passwd"}},
        {"event_data": [{"deep": [{"path": "x"}]}]},
    ],
    ids=str,
)
def test_calls_that_make_no_sense_are_refused(server, change):
    call = {"data": [None], "fn_index": 0, "session_hash": "hostile", **change}
    for route in ("queue/join", "run/draw"):
        status, text, _ = ask(server, f"/gradio_api/{route}", call)
        assert status == 422 or change == {"trigger_id": 10**400}
        assert_clean(status, text)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'"\xff"', b"5", b"null"])
def test_bodies_that_are_no_call_are_refused(server, body):
    for route in ("queue/join", "run/draw", "call/predict", "cancel", "reset"):
        assert ask(server, f"/gradio_api/{route}", body)[0] == 422


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"epochs": 10**6}, "maximum"),
        ({"epochs": "many"}, "did not understand"),
        ({"epochs": None}, "did not understand"),
        ({"preset": "shipped"}, "not in the list"),
        ({"hidden": "20000"}, "between 1 and 2048"),
        ({"hidden": "<b>"}, "&lt;b&gt;"),
        ({"batch_size": 0}, "between 8 and 4096"),
        ({"learning_rate": 10}, "between"),
        ({"seed": -5}, "between"),
        ({"batch_size": [1]}, "write a number"),
    ],
    ids=str,
)
def test_hyperparameters_out_of_range_are_refused_with_a_reason(server, functions, changes, said):
    index = next(key for key, value in functions.items() if value["api_name"] == "retrain")
    fields = {
        **{"preset": "quick", "epochs": 1, "hidden": "32", "batch_size": 32},
        **{"learning_rate": 0.001, "augment": False, "seed": 0, **changes},
    }
    session = re.sub(r"\W", "", f"hostile{changes}")[:60]
    text = queued(server, {"data": [*fields.values()], "fn_index": index, "session_hash": session})
    assert said in text
    assert_clean(0, text)


@pytest.mark.parametrize("path", NOT_FOUND)
def test_what_the_page_does_not_use_is_not_there(server, path):
    assert ask(server, path)[0] == 404
    assert ask(server, path, {"session_hash": "x", "component_id": 1, "fn_name": "x"})[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        str(SHIPPED_MODEL),
        str(ROOT / "app.py"),
        str(example_path(1).parent / ".." / "models" / "shipped.npz"),
        get_upload_folder(),
        "/proc/self/environ",
        "a\0b",
    ],
)
def test_other_files_are_not_served(server, path):
    for way in (quote(path), quote(path, safe="")):
        status, text, _ = ask(server, f"/gradio_api/file={way}")
        assert status in (403, 404)
        assert "Traceback" not in text
    for place in ("static", "assets"):
        assert ask(server, f"/{place}/{quote('../' * 8 + path.lstrip('/'))}")[0] in (403, 404)


@pytest.mark.parametrize("name", ["predict", "load"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (str(example_path(3)), "did not understand"),
        (str(SHIPPED_MODEL), "did not understand"),
        ("http://127.0.0.1:9/a", "fetches no addresses"),
        ("https://127.0.0.1:9/a", "fetches no addresses"),
        ("file:///etc/passwd", "did not understand"),
    ],
)
def test_only_what_was_uploaded_can_be_handed_in(server, functions, name, path, said):
    index = next(key for key, value in functions.items() if value["api_name"] == name)
    for file in ({"path": path}, {"path": path, **A_FILE}):
        call = {"data": [file], "fn_index": index, "session_hash": f"file{name}"}
        assert said in queued(server, call)


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/gradio_api/info"])
def test_every_answer_has_the_security_headers(server, path):
    headers = ask(server, path)[2]
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_a_style_sheet_has_those_that_matter_to_it(server):
    headers = ask(server, "/theme.css")[2]
    assert {name: headers[name] for name in FOR_PARTS} == FOR_PARTS
    assert "Content-Security-Policy" not in headers


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/nowhere"])
def test_what_varies_is_kept_by_no_cache(server, path):
    assert ask(server, path)[2]["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Gradio-Server", "X-Forwarded-Proto"])
def test_headers_of_a_stranger_do_not_move_the_page(server, name):
    value = "https" if name == "X-Forwarded-Proto" else "http://evil.test"
    for path in ("/", "/config"):
        status, text, _ = ask(server, path, headers={name: value})
        assert status == 200
        assert "evil.test" not in text
        assert server.url.replace("http:", "https:") not in text


def test_no_other_site_may_use_the_page(server):
    for headers in ({"Origin": "http://evil.test"}, {"Host": "evil.test"}):
        for path in ("/", "/config", "/gradio_api/upload", "/gradio_api/queue/join"):
            assert ask(server, path, headers=headers)[0] in (400, 403)


def test_parts_of_a_file_and_names_that_no_file_can_have_raise_nothing(server):
    path = f"/gradio_api/file={quote(str(example_path(3)))}"
    assert ask(server, path, headers={"Range": "bytes=0-0,2-2"})[0] == 200
    assert ask(server, "/static/" + "x" * 5_000)[0] == 404
    assert ask(server, "/gradio_api/file=" + "x" * 5_000)[0] == 404


def test_refusals_have_the_security_headers(server):
    for body in (b"{", b" " * (2**20 + 1)):
        assert ask(server, "/gradio_api/queue/join", body)[2]["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("path", ["queue/join", "run/draw", "call/predict", "cancel", "nowhere"])
def test_large_bodies_are_refused_declared_or_not(server, path, kind):
    assert_too_large(server, "POST", f"/gradio_api/{path}", {"Content-Type": kind})


@pytest.mark.parametrize(
    "path",
    ["/", "/favicon.ico", "/gradio_api/heartbeat/x", "/gradio_api/queue/data?session_hash=x"],
)
def test_large_bodies_are_refused_where_none_is_expected(server, path):
    assert_too_large(server, "GET", path, {})


def assert_too_large(server, method: str, path: str, headers: dict[str, str]) -> None:
    """A body above the limit gets 413, whether its length is declared or it comes in chunks."""
    assert ask(server, path, b" " * (2**20 + 1), method, headers)[0] == 413
    connection = http.client.HTTPConnection(urlparse(server.url).netloc, timeout=30)
    connection.request(
        method, path, (b" " * 2**16 for _ in range(17)), headers, encode_chunked=True
    )
    assert connection.getresponse().status == 413
    connection.close()


def test_the_page_tells_no_path_of_the_server(server):
    for path in ("/", "/config", "/gradio_api/info"):
        assert str(ROOT) not in ask(server, path)[1]
        assert str(Path.home()) not in ask(server, path)[1]


def test_a_guest_of_another_session_changes_nothing_of_the_first(server, functions):
    index = next(key for key, value in functions.items() if value["api_name"] == "draw")
    bar = [[[0.5, 0.2], [0.5, 0.8]]]

    def draw(session, strokes):
        call = {"data": [strokes], "fn_index": index, "session_hash": session}
        return json.loads(ask(server, "/gradio_api/run/draw", call)[1])["data"][0]

    assert 'data-digit="1"' in draw("first", bar)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(draw, [f"guest{n}" for n in range(8)], [[]] * 8))
    assert all("data-digit" not in answer for answer in answers)
    assert 'data-digit="1"' in draw("first", bar)
