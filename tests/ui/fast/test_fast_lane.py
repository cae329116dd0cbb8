import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from digit_recognizer.ui.fast.fast_lane import ROUTE, FastLane
from digit_recognizer.ui.server.gate import CALL


@pytest.fixture
def client():
    """A server whose function 3 goes the short way; all else is told what it sent."""

    async def say(value, request):
        return f"{value} from {request.session_hash}"

    async def echo(request: Request) -> JSONResponse:
        return JSONResponse(await request.json())

    async def parse(request: Request, call_next):  # as the gate does
        request.scope[CALL] = await request.json()
        return await call_next(request)

    routes = [Route(path, echo, methods=["POST"]) for path in (ROUTE, "/other")]
    middleware = [
        Middleware(BaseHTTPMiddleware, dispatch=parse),
        Middleware(FastLane, index=3, function=say),
    ]
    return TestClient(Starlette(routes=routes, middleware=middleware))


def test_the_function_answers_for_the_session_that_asks(client):
    for session in ("a", "b"):
        call = {"data": [[1]], "fn_index": 3, "session_hash": session}
        answer = client.post(ROUTE, json=call)
        assert answer.status_code == 200
        assert answer.json()["data"] == [f"[1] from {session}"]


@pytest.mark.parametrize(
    ("route", "index"), [(ROUTE, 4), (ROUTE, None), (ROUTE, 3.5), ("/other", 3)]
)
def test_all_else_arrives_where_it_would(client, route, index):
    call = {"data": [[1]], "fn_index": index, "session_hash": "a"}
    assert client.post(route, json=call).json() == call
