"""Lets through what the page and its programs ask for, and nothing else that Gradio would answer.

Gradio has some forty routes, among them a proxy, an editor and a recorder that this page never
uses, and answers a malformed call with a traceback in the log. Knows nothing about what calls do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_ROUTE = "/gradio_api/upload"
CALL = "digit_recognizer.call"  # where the scope of a call holds it, parsed
_READ = re.compile(
    r"/|/(config|healthz|theme\.css|favicon\.ico|manifest\.json|robots\.txt)"
    r"|/(assets|static)/.+"
    r"|/gradio_api/(info|app_id|startup-events|theme\.css|upload_progress|queue/data)"
    r"|/gradio_api/heartbeat/[\w-]{1,64}"
    # A file of this machine; Gradio would fetch one from another as well, for anybody.
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
    """ASGI middleware: 404 for other routes, 422 for calls that cannot be meant for this page.

    functions: how many inputs each function has, by index. names: which of them has which name.
    Stands behind the limit for bodies, since it reads every body but an upload's. The call goes on
    with the scope, under CALL, for who would read it next.
    """

    def __init__(self, app: ASGIApp, functions: Mapping[int, int], names: Mapping[str, int]):
        self._app = app
        self._functions = functions
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":  # there are no WebSockets
                await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if method == "POST" and path == UPLOAD_ROUTE:
            await self._app(scope, receive, send)
            return
        # Whatever the route, so that a body above the limit is refused before an answer begins.
        body = await _read_body(receive)
        call = _CALL.fullmatch(path)
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
        elif method in ("GET", "HEAD") and _READ.fullmatch(path):
            await self._app(scope, _replayed(b"", receive), send)
        else:
            await _answer(404, "There is nothing here.")(scope, receive, send)

    def _is_call(self, call: dict, kind: str | None, name: str | None) -> bool:
        """Whether the function exists and takes as many inputs."""
        data, index = call.get("data"), call.get("fn_index")
        if index is None or kind == "call":  # which goes by the name alone
            index = self._names.get(name)
        return (
            isinstance(data, list)
            and len(data) == self._functions.get(index)
            and not call.get("batched")
            # Gradio logs a traceback for a file in what comes with an event; ours have none.
            and not any("path" in part for part in dicts_in(call.get("event_data")))
        )


def _parse(body: bytes) -> dict | None:
    """An object whose known parts are of the types that Gradio expects; None for anything else."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
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
    """The whole body, or as much of it as came before the client went."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever comes after it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _answer(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)
