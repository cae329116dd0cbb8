"""Bounds how many connections there are, and how long one may keep the server waiting.

uvicorn has no such limits, and Gradio passes none of its settings on. Knows nothing about requests.
"""

import asyncio
import logging
import time
from functools import partial
from types import SimpleNamespace

import gradio.http_server
import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

try:
    import resource
except ImportError:  # Windows, where connections are no files
    resource = None

PATIENCE = 30.0
"""Seconds that a client may take to send the headers of a request, to send the next piece of its
body, or to read the next piece of an answer. On the slowest line, these take a few."""
MOST = 2_000
"""Connections: 500 open pages have two each, and as many again come and go."""
BACKLOG = 100
"""Connections that may be accepted at once, before the first of them is counted."""
OTHER_FILES = 48
"""Files besides connections: pipes, models, uploads; about thirty, and room for more."""
REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
LOG_EVERY = 60.0
"""Seconds between two log lines about refused connections, however many these are."""
logger = logging.getLogger(__name__)


class Connection(H11Protocol):
    """A connection that ends when its client keeps it waiting, or when there are `most`."""

    most = MOST
    logged_at = -LOG_EVERY
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request, or refuse the connection."""
        super().connection_made(transport)
        if len(self.connections) <= self.most:
            self._wait()
            return
        if time.monotonic() - Connection.logged_at >= LOG_EVERY:
            Connection.logged_at = time.monotonic()
            logger.warning("There are %d connections; more are refused.", self.most)
        transport.write(REFUSAL)
        transport.close()

    def data_received(self, data: bytes) -> None:
        """Wait on: for the headers as long as in all, for a body as long for each piece."""
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.SEND_BODY or (state is h11.IDLE and not self._timer):
            self._wait()
        elif state is not h11.IDLE:
            self._rest()

    def pause_writing(self) -> None:
        """Wait for the client to read on."""
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._rest()
        self._unset_keepalive_if_required()  # uvicorn forgets that when the client breaks off
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._rest()
        self._timer = self.loop.call_later(PATIENCE, self._give_up)

    def _rest(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _give_up(self) -> None:
        if self.flow.read_paused and not self.flow.write_paused:
            self._wait()  # the server is the one that takes its time
        else:
            self.transport.abort()


def limit_connections() -> None:
    """Let Gradio serve with Connections, as many as there may be open files at most."""
    files = wanted = MOST + BACKLOG + OTHER_FILES
    if resource:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))
    backlog = min(BACKLOG, files // 4)
    Connection.most = files - backlog - OTHER_FILES
    config = partial(uvicorn.Config, http=Connection, backlog=backlog)
    gradio.http_server.uvicorn = SimpleNamespace(Config=config)
