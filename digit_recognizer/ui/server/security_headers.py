"""Puts security headers on every answer, and answers 500 to exceptions that nothing else catches.

Knows only the kinds of content that the page loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    # Gradio starts from a script inside the page and compiles the components' templates.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self' data: blob:",
    "manifest-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""The page loads from its own host alone and stands in no frame."""
UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
FOR_PARTS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HEADERS = FOR_PARTS | {
    "Content-Security-Policy": "; ".join(map(" ".join, CONTENT_SECURITY_POLICY.items())),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
}
PARTS = ("text/css", "text/javascript", "font/", "image/gif", "image/png")
"""Kinds that are no documents, so that only FOR_PARTS matters to them: of the seventy of a page,
all HEADERS would be 40 kB. An SVG is a document."""

VARYING = ("text/html", "application/json")
"""Answers of these kinds differ with the asker's headers or with time; no cache may keep them."""


class SecurityHeaders:
    """ASGI middleware: adds HEADERS, or FOR_PARTS to PARTS, and keeps caches from what varies."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                kind = headers.get("content-type", "")
                headers.update(FOR_PARTS if kind.startswith(PARTS) else HEADERS)
                if kind.startswith(VARYING):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if started and isinstance(error.__cause__, HTTPException):
                # Gradio raises this in a stream that has begun, for a session that does not exist.
                await send({"type": "http.response.body", "body": b""})
                return
            if not started:
                answer = JSONResponse({"detail": "Something went wrong on the server."}, 500)
                await answer(scope, receive, send_with_headers)
            raise
