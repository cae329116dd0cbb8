"""Refuses other sites' requests, and keeps headers away that would mislead Gradio.

Any site that a visitor opens could send requests to a page on the visitor's own machine, also under
a name of its own that leads there. Knows nothing about Gradio's routes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from digit_recognizer.ui.address import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>[\w.-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?", re.I | re.A)
_NEVER = {b"x-gradio-server", b"range"}
"""One moves the page's root; the other makes Gradio raise, and no file here is worth parts."""


class OwnSite:
    """ASGI middleware: answers 400 to foreign hosts and 403 to foreign origins.

    hosts: names that the page has, loopback names apart; with none, any host is answered if
    `is_open`. proxies: addresses of those whose X-Forwarded headers count; "*" for all. origins: of
    the pages in whose frames this one stands.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str] = (),
        is_open: bool = False,
        proxies: Collection[str] = (),
        origins: Collection[str] = (),
    ):
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._any = is_open and not hosts
        self._proxies = proxies
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_proxy = not {"*", (scope.get("client") or ("",))[0]}.isdisjoint(self._proxies)
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if name not in _NEVER and (is_proxy or not name.startswith(b"x-forwarded-"))
        ]
        scope = {**scope, "headers": kept}
        headers = Headers(raw=kept)
        forwarded = headers.get("x-forwarded-host", "").split(",")[0].strip()
        host, origin = forwarded or headers.get("host", ""), headers.get("origin")
        if not all(self._answers(name) for name in {host, headers.get("host", "")}):
            said = "The page is not served under this name; start it with --allowed-hosts NAME."
            await JSONResponse({"detail": said}, 400)(scope, receive, send)
        elif origin is not None and not self._is_own(origin, host):
            said = "Another site may not use this page."
            await JSONResponse({"detail": said}, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answers(self, host: str) -> bool:
        """Whether the page has this name; the port does not count."""
        parts = _HOST.fullmatch(host)
        if parts is None:
            return False
        name = parts["name"].lower().strip("[]")
        return self._any or name in self._hosts or is_loopback(name)

    def _is_own(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
            return parts.netloc == host or parts.hostname in self._hosts or origin in self._origins
        except ValueError:
            return False
