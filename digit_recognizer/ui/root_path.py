"""Serves the page below a path, whether the proxy strips the path or keeps it.

Gradio answers 404 to requests whose path is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """ASGI middleware: strips `path`, like /digits, from requests that have it.

    The path without a slash at the end leads to the path with one, since the page's own addresses
    are relative.
    """

    def __init__(self, app: ASGIApp, path: str):
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the path that the page knows."""
        path = scope.get("path", "")
        if path == self._path and scope["type"] == "http":
            query = scope["query_string"].decode("latin-1")
            target = f"{path}/?{query}" if query else f"{path}/"
            await RedirectResponse(target)(scope, receive, send)
            return
        if path.startswith(f"{self._path}/"):
            raw = scope.get("raw_path") or b""
            prefix = self._path.encode()
            scope = {
                **scope,
                "path": path[len(self._path) :],
                "raw_path": raw[len(prefix) :] if raw.startswith(prefix) else raw,
            }
        await self._app(scope, receive, send)
