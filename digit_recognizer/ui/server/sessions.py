"""Bounds what one session holds in Gradio's queue: calls, answers and streams.

A session is any name that a client makes up. Its calls run, or wait in line for a training, and
their answers are kept until they are fetched, which a browser does through one stream.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import gradio as gr
import orjson
from gradio.server_messages import UnexpectedErrorMessage
from starlette.responses import JSONResponse, Response

from digit_recognizer.ui.server.gate import CALL

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

JOIN, STREAM = "/gradio_api/queue/join", "/gradio_api/queue/data"
GRACE = 30.0
"""Seconds that calls live without a stream: a browser opens one at once, and another after a broken
connection."""
MAX_UNFETCHED = 8
"""Finished calls; a page that listens leaves one for a moment."""
MAX_STREAMS = 4
"""A page has one, and a second for a moment after a broken connection."""


class Sessions:
    """ASGI middleware: answers 429 to a session above its limits, and gives up unheard calls."""

    def __init__(self, app: ASGIApp, page: gr.Blocks):
        self._app = app
        self._page = page
        self._streams: Counter[str] = Counter()
        self._calls_at: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it; the gate has parsed the calls."""
        path, app = scope.get("path"), self._app
        if path == JOIN:
            session = scope[CALL].get("session_hash")
            if self._unfetched(session) > MAX_UNFETCHED:
                app = _too_many()
            await app(scope, receive, send)
            self._watch(session)
        elif path == STREAM:
            session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
            if session not in self._page._queue.pending_messages_per_session:
                app = _not_found()  # what Gradio streams in this case, at a hundredth of the cost
            elif self._streams[session] >= MAX_STREAMS:
                app = _too_many()
            self._streams[session] += 1
            try:
                await app(scope, receive, send)
            finally:
                self._streams[session] -= 1
                self._streams += Counter()  # drops those without a stream
                self._watch(session)
        else:
            await app(scope, receive, send)

    def _unfetched(self, session: str | None) -> int:
        """Number of finished calls whose answers nobody has fetched."""
        queue = self._page._queue
        calls = queue.pending_event_ids_session.get(session, ())
        return sum(call not in queue.event_ids_to_events for call in calls)

    def _watch(self, session: str | None) -> None:
        """Look after a while whether somebody listens to a session that has calls."""
        if session in self._page._queue.pending_event_ids_session:
            loop = asyncio.get_running_loop()
            if session not in self._calls_at:
                loop.call_later(GRACE, lambda: loop.create_task(self._look(session)))
            self._calls_at[session] = loop.time()

    async def _look(self, session: str) -> None:
        """End the calls of a session to which nobody listens, and forget their answers."""
        loop, queue = asyncio.get_running_loop(), self._page._queue
        left = self._calls_at[session] + GRACE - loop.time()
        if left > 0:
            loop.call_later(left, lambda: loop.create_task(self._look(session)))
            return
        del self._calls_at[session]
        if not self._streams[session]:
            await queue.clean_events(session_hash=session)
            queue.pending_messages_per_session.pop(session, None)
            queue.pending_event_ids_session.pop(session, None)


def _too_many() -> Response:
    return JSONResponse({"detail": "Too many calls at once; fetch their answers first."}, 429)


def _not_found() -> Response:
    message = UnexpectedErrorMessage(message="There is no such session.", session_not_found=True)
    content = b"data: " + orjson.dumps(message.model_dump(), default=str) + b"\n\n"
    return Response(content, media_type="text/event-stream")
