"""Lets requests of the page and of programs through, and refuses all others.

Gradio has some sixty routes, among them a proxy, an editor and a recorder, which the page never
uses; it answers a malformed call with a traceback in the log. Knows nothing about the functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import orjson
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_NAME_BYTES = 255
"""Of a file; systems raise at longer ones."""
UPLOAD_ROUTE = "/gradio_api/upload"
CALL = "digit_recognizer.call"
"""Key of the parsed call in the ASGI scope."""
_READ = re.compile(
    r"/|/(config|healthz|theme\.css|favicon\.ico|manifest\.json|robots\.txt)"
    r"|/(assets|static)/.+"
    r"|/gradio_api/(info|app_id|startup-events|theme\.css|queue/data)"
    r"|/gradio_api/heartbeat/[\w-]{1,64}"
    # Files of this machine; Gradio would fetch files of other machines, too, for anybody.
    r"|/gradio_api/file=(?!(?i:https?:)).+"
    r"|/gradio_api/call/\w+/\w+"
)
_CALL = re.compile(r"/gradio_api/(?:queue/join|(?P<kind>run|api|call)/(?P<name>\w+))")
_REQUIRED = {
    "/gradio_api/cancel": ("session_hash", "fn_index", "event_id"),
    "/gradio_api/reset": ("event_id",),
}
_SESSION = re.compile(r"[\w-]{1,64}")
_KINDS = {
    "session_hash": str,
    "event_id": str,
    "trigger_id": int,
    "fn_index": int,
    "oauth_token": str,
    "simple_format": bool,
}


class Gate:
    """ASGI middleware: answers 404 on other routes, and 422 to calls of no function of the page.

    functions: number of inputs of each function, by index. names: index of each function, by
    `api_name`. The limit for bodies stands before this middleware, which reads every body but an
    upload's. The parsed call goes on in the scope, under CALL.
    """

    def __init__(self, app: ASGIApp, functions: Mapping[int, int], names: Mapping[str, int]):
        self._app = app
        self._functions = functions
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":  # the page has no WebSockets
                await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if method == "POST" and path == UPLOAD_ROUTE:
            await self._app(scope, receive, send)
            return
        # On every route, so that a body above the limit is refused before an answer begins.
        body = await _read_body(receive)
        call = _CALL.fullmatch(path)
        longest = max(map(len, path.encode(errors="replace").split(b"/")))
        if method == "POST" and (call or path in _REQUIRED):
            message = _parse(body)
            if call:
                fits = message is not None and self._is_call(message, **call.groupdict())
            else:
                fits = message is not None and all(key in message for key in _REQUIRED[path])
            if fits:
                await self._app({**scope, CALL: message}, _replayed(body, receive), send)
            else:
                await _answer(422, "This call is not one of this page's.")(scope, receive, send)
        elif method in ("GET", "HEAD") and _READ.fullmatch(path) and longest <= MAX_NAME_BYTES:
            await self._app(scope, _replayed(b"", receive), send)
        else:
            await _answer(404, "There is nothing here.")(scope, receive, send)

    def _is_call(self, call: dict, kind: str | None, name: str | None) -> bool:
        """Whether the function exists and takes as many inputs as the call has."""
        data, index = call.get("data"), call.get("fn_index")
        if index is None or kind == "call":  # "call" goes by the name alone
            index = self._names.get(name)
        return (
            isinstance(data, list)
            and len(data) == self._functions.get(index)
            and not call.get("batched")
            # Gradio logs a traceback for a file in the data of an event; no event of ours has one.
            and not any("path" in part for part in dicts_in(call.get("event_data")))
        )


def _parse(body: bytes) -> dict | None:
    """The JSON object of a call; None if a known part has another type than Gradio expects."""
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict):
        return None
    known = {key: message[key] for key in _KINDS if message.get(key) is not None}
    if any(type(value) is not _KINDS[key] for key, value in known.items()):
        return None
    return message if _SESSION.fullmatch(known.get("session_hash", "none")) else None


def dicts_in(value: object) -> Iterator[dict]:
    """Every object in untrusted JSON, however deep."""
    parts = [value]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            yield part
            parts += part.values()
        elif isinstance(part, list):
            parts += part


async def _read_body(receive: Receive) -> bytes:
    """The body, or its beginning if the client goes away."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body again, then the messages after it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _answer(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)
