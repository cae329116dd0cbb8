"""Refuses request bodies that no page of ours would send; knows nothing about Gradio's routes.

Gradio bounds each uploaded file by itself, but not how many there are, and reads any JSON into
memory, however large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2**20
"""More than twice what the largest drawing needs."""
MAX_DROPPED_BYTES = 256 * 2**20
"""Beyond this a client that goes on sending is cut off."""


class BodyLimit:
    """ASGI middleware: 413 for bodies above a limit, declared or not.

    uploads: the path that takes files, and its own limit.
    """

    def __init__(
        self, app: ASGIApp, uploads: tuple[str, int] | None = None, limit: int = MAX_BODY_BYTES
    ):
        self._app = app
        self._uploads = dict([uploads] if uploads else [])
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count what is read of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._uploads.get(scope["path"], self._limit)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _drop(receive)
            await _refuse(scope, receive, send)
            return
        read = 0
        started = refused = False

        async def counted() -> Message:
            nonlocal read, refused
            message = await receive()
            read += len(message.get("body", b""))
            if read <= limit:
                return message
            if not started and not refused:
                refused = True
                if message.get("more_body"):
                    await _drop(receive)
                await _refuse(scope, receive, send)
            # As if the client had gone: what was read so far is dropped.
            return {"type": "http.disconnect"}

        async def unless_refused(message: Message) -> None:
            nonlocal started
            started = True
            if not refused:
                await send(message)

        try:
            await self._app(scope, counted, unless_refused)
        except Exception:
            # What the application makes of a client that seems to have gone is of no interest.
            if not refused:
                raise


async def _drop(receive: Receive) -> None:
    """Read on without keeping anything: clients that are still sending miss an answer."""
    dropped, more = 0, True
    while more and dropped < MAX_DROPPED_BYTES:
        message = await receive()
        dropped += len(message.get("body", b""))
        more = message.get("more_body", False)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"detail": "The request is too large."}, 413)(scope, receive, send)
