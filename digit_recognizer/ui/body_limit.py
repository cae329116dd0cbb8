"""Refuses request bodies that no page of ours would send; knows nothing about Gradio's routes.

Gradio bounds uploads by itself, but reads any JSON into memory, however large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2 * 2**20
"""Several times what the largest drawing needs."""


class BodyLimit:
    """ASGI middleware: 413 for bodies above the limit, but for multipart ones, which are files."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES):
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count what is read of it."""
        headers = dict(scope.get("headers") or ())
        kind = headers.get(b"content-type", b"")
        if scope["type"] != "http" or kind.startswith(b"multipart/form-data"):
            await self._app(scope, receive, send)
            return
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            await _too_large(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                # As if the client had gone: what was read so far is dropped.
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"detail": "The request is too large."}, 413)(scope, receive, send)
