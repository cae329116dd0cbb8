"""Parts of Gradio that its documentation does not promise, and on which the page relies.

A new version of Gradio that moves one fails the test with its name; the module that uses it stands
beside it.
"""

import asyncio
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import gradio as gr
import pytest
from gradio import http_server
from gradio.data_classes import CancelBody, PredictBody, ResetBody
from gradio.http_server import Server
from gradio.routes import App
from gradio.server_messages import UnexpectedErrorMessage
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from uvicorn import Config

from digit_recognizer.ui.fast import fast_lane
from digit_recognizer.ui.server import gate

SIGNATURES = {
    # guarded_blocks
    "gradio.utils:get_upload_folder": (),
    "gradio.utils:is_in_or_equal": ("path_1", "path_2"),
    "gradio.blocks:Blocks.preprocess_data": (
        *("self", "block_fn", "inputs", "state", "explicit_call"),
    ),
    "gradio.state_holder:SessionState._update_value_in_config": ("self", "key", "value"),
    # subclasses of components, which the browser takes for their base classes
    "gradio:Image.get_config": ("self", "cls"),
    "gradio:File.get_config": ("self", "cls"),
    "gradio:UploadButton.get_config": ("self", "cls"),
}
ROUTES = {
    "GET": (
        *("/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt"),
        *("/assets/{path:path}", "/static/{path:path}", "/gradio_api/file={path_or_url:path}"),
        *(f"/gradio_api/{name}" for name in ("info", "app_id", "startup-events", "theme.css")),
        "/gradio_api/queue/data",
        *("/gradio_api/heartbeat/{session_hash}", "/gradio_api/call/{api_name}/{event_id}"),
    ),
    "POST": (
        *("/gradio_api/queue/join", "/gradio_api/run/{api_name}", "/gradio_api/api/{api_name}"),
        *("/gradio_api/call/{api_name}", "/gradio_api/cancel", "/gradio_api/reset"),
        gate.UPLOAD_ROUTE,
    ),
}
IN_THE_BROWSER = {
    "toggle-button": "page.js",
    "sidebar-content": "training.css",
    "html-container": "page.css",
    "status-tracker": "page.css",
    "generating": "page.css",
    "label-wrap": "tests of the page",
    "js_on_load": "components made of HTML",
}


def say(value: str) -> str:
    return f"{value}!"


@pytest.fixture(scope="module")
def app() -> App:
    """An application with a text box whose function answers at once, as the sheet's does."""

    with gr.Blocks() as page:
        text = gr.Textbox()
        text.input(say, text, text, api_name="name", queue=False, api_visibility="private")
    return App.create_app(page)


@pytest.fixture
def page(app) -> gr.Blocks:
    return app.get_blocks()


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_takes_what_the_page_gives_it(name):
    module, _, path = name.partition(":")
    part = importlib.import_module(module)
    for attribute in path.split("."):
        part = getattr(part, attribute)
    assert tuple(inspect.signature(part).parameters) == SIGNATURES[name]


def test_blocks_preprocess_data_is_a_coroutine():
    assert inspect.iscoroutinefunction(gr.Blocks.preprocess_data)


def test_build_path_lib_is_the_folder_of_the_assets():
    from gradio.routes import BUILD_PATH_LIB

    assert {path.suffix for path in Path(BUILD_PATH_LIB).iterdir()} >= {".js", ".css"}


def test_page_fns_have_fn_inputs_and_api_name(page):
    (index,) = page.fns
    function = page.fns[index]
    assert (function.fn, function.api_name) == (say, "name")
    assert [type(block) for block in function.inputs] == [gr.Textbox]
    assert page.blocks[function.inputs[0]._id] is function.inputs[0]


def test_event_data_keeps_what_the_browser_sent_as_data():
    sent = {"index": 3}
    assert gr.EventData(None, sent)._data is sent


def test_a_request_can_be_made_of_a_session_hash():
    assert gr.Request(session_hash="abc").session_hash == "abc"


def test_http_server_makes_its_config_with_uvicorn_config():
    assert "config = uvicorn.Config(" in inspect.getsource(http_server)


def test_page_queue_has_calls_by_session(page):
    queue = page._queue
    assert queue.pending_event_ids_session == queue.event_ids_to_events == {}
    assert "session" not in queue.pending_messages_per_session
    assert tuple(inspect.signature(queue.clean_events).parameters) == ("session_hash", "event_id")
    assert UnexpectedErrorMessage(message="", session_not_found=True).msg == "unexpected_error"


def test_page_server_has_force_exit():
    assert Server(Config(None)).force_exit is False
    assert "self.server = server" in inspect.getsource(gr.Blocks.launch)


@pytest.mark.parametrize(
    "base", [gr.Image, gr.File, gr.UploadButton], ids=lambda base: base.__name__
)
def test_is_template_makes_a_subclass_its_base_class_for_the_browser(base):
    class Subclass(base):
        is_template = True

        def __init__(self):
            super().__init__()

    subclass = Subclass()
    assert subclass.get_block_name() == base().get_block_name()
    assert subclass.get_config(base).keys() == base().get_config().keys()
    assert subclass.GRADIO_CACHE == base().GRADIO_CACHE


def test_gradios_own_answer_to_a_call_has_the_layout_of_the_fast_lanes(page, app):
    (index,) = page.fns
    call = {"data": ["a"], "fn_index": index, "session_hash": "x"}
    own = TestClient(app).post(fast_lane.ROUTE, json=call).json()

    async def shout(value, request):
        return say(value)

    class Parsed:
        """Stands for the gate."""

        def __init__(self, app):
            self._app = app

        async def __call__(self, scope, receive, send):
            await self._app({**scope, gate.CALL: call}, receive, send)

    lane = Parsed(fast_lane.FastLane(None, index, shout))
    short = TestClient(lane).post(fast_lane.ROUTE, json=call).json()
    timed = {"duration", "average_duration"}
    assert timed <= own.keys()
    assert timed <= short.keys()
    assert {key: own[key] for key in short.keys() - timed} == {
        key: short[key] for key in short.keys() - timed
    }


@pytest.mark.parametrize("method", ROUTES)
def test_every_route_that_the_gate_lets_through_exists(app, method):
    known = {path for path, methods in routes_in(app.routes) if method in methods}
    assert set(ROUTES[method]) - known == set()


def test_the_servers_readme_lists_the_routes_that_the_gate_lets_through(app):
    readme = Path(gate.__file__).with_name("README.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in readme.splitlines() if line.startswith("| `/")]
    listed = [re.escape(route) for row in rows for route in re.findall("`(/.*?)`", row)]
    listed = [route.replace("…", "[^/]+") for route in listed]
    paths = {re.sub(r"{.*?}", "name", path) for path, _ in routes_in(app.routes)} | {"/healthz"}

    async def is_let_through(method: str, path: str) -> bool:
        async def receive():
            return {"type": "http.request", "body": b"{}"}

        async def send(message):
            statuses.append(message.get("status"))

        statuses = []
        passing = gate.Gate(PlainTextResponse(), {}, {})
        await passing({"type": "http", "method": method, "path": path}, receive, send)
        return statuses[0] != 404

    for path in sorted(paths):
        passes = any(asyncio.run(is_let_through(method, path)) for method in ("GET", "POST"))
        assert passes == any(re.fullmatch(route, path) for route in listed), path
    for route in listed:
        assert any(re.fullmatch(route, path) for path in paths), route


def routes_in(routes) -> list[tuple[str, set[str]]]:
    """Path and methods of each route, those of routers inside included."""
    found = []
    for route in routes:
        if inner := getattr(route, "original_router", None):
            found += routes_in(inner.routes)
        elif hasattr(route, "methods"):
            found.append((route.path, route.methods))
    return found


def test_the_bodies_of_calls_have_the_fields_that_the_gate_checks():
    kinds = {name: field.annotation for name, field in PredictBody.model_fields.items()}
    for name, kind in gate._KINDS.items():
        assert kinds[name] in (kind, kind | None), name
    assert {"data", "event_data", "batched"} <= kinds.keys()
    assert set(CancelBody.model_fields) == set(gate._REQUIRED["/gradio_api/cancel"])
    assert set(ResetBody.model_fields) == set(gate._REQUIRED["/gradio_api/reset"])


@cache
def frontend() -> str:
    folder = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    return "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.js")))


@pytest.mark.parametrize("name", IN_THE_BROWSER)
def test_a_name_in_the_browser_is_still_gradios(name):
    assert name in frontend(), f"{IN_THE_BROWSER[name]} relies on it"
