"""Lets pages of named origins show this page in a frame; knows nothing about who they are."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "Content-Security-Policy"


class Embedding:
    """ASGI middleware: names `origins` in the headers that forbid frames otherwise.

    Browsers have no way to name an origin in X-Frame-Options, so that header goes; all of them
    know `frame-ancestors`.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]):
        self._app = app
        self._allowed = f"frame-ancestors {' '.join(origins)}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and change its answer's headers."""

        async def send_changed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if POLICY in headers:
                    headers[POLICY] = re.sub(
                        "frame-ancestors [^;]*", self._allowed, headers[POLICY]
                    )
                del headers["X-Frame-Options"]
            await send(message)

        await self._app(scope, receive, send_changed)
