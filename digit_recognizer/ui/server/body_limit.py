"""Refuses request bodies larger than any that the page sends; knows nothing about Gradio's routes.

Gradio limits the size of each uploaded file, but neither their number nor the size of JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.middleware.body_limit import RequestBodyLimitMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2**20
"""More than twice the size of the largest drawing."""
MAX_DROPPED_BYTES = 256 * 2**20
"""The rest of a refused body is read up to this size; then the connection is closed."""


class BodyLimit:
    """ASGI middleware: answers 413 to bodies above a limit, whether they declare a length or not.

    limit: in bytes. others: limits of their own for some paths.
    """

    def __init__(
        self, app: ASGIApp, others: Mapping[str, int] | None = None, limit: int = MAX_BODY_BYTES
    ):
        self._limited = RequestBodyLimitMiddleware(app, limit)
        self._others = {
            path: RequestBodyLimitMiddleware(app, size) for path, size in (others or {}).items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on through the limit of its path."""
        more = True

        async def noted() -> Message:
            nonlocal more
            message = await receive()
            more = message.get("more_body", False)
            return message

        async def send_after_body(message: Message) -> None:
            # Clients that are still sending would miss the answer.
            dropped = 0
            while message.get("status") == 413 and more and dropped < MAX_DROPPED_BYTES:
                dropped += len((await noted()).get("body", b""))
            await send(message)

        app = self._others.get(scope.get("path", ""), self._limited)
        await app(scope, noted, send_after_body)
