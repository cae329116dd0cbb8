import asyncio
import contextlib
import gc
import logging
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from digit_recognizer.ui.server import connections
from digit_recognizer.ui.server.connections import Connection
from tests.browser.server import wait_for

PATIENCE = 0.6


async def echo(request):
    return PlainTextResponse(str(len(await request.body())))


async def slowly(request):
    async def parts():
        for _ in range(4):
            await asyncio.sleep(PATIENCE / 2)
            yield b"part"

    return StreamingResponse(parts())


async def much(request):
    async def parts():
        for _ in range(500):  # more than the system keeps for a client
            yield b"x" * 2**16

    return StreamingResponse(parts())


@pytest.fixture
def port(monkeypatch):
    """A server whose connections have little patience."""
    monkeypatch.setattr(connections, "PATIENCE", PATIENCE)
    routes = [Route("/", echo, methods=["POST", "GET"])]
    routes += [Route("/slowly", slowly), Route("/much", much)]
    config = uvicorn.Config(Starlette(routes=routes), port=0, http=Connection, log_level="warning")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run)
    thread.start()
    assert wait_for(lambda: server.started, 10)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join()


@contextlib.contextmanager
def connected(port, first=b""):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(first)
        yield client


def rest(client) -> bytes:
    """All that comes before the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(2**16):
            received += part
    return received


HEADERS = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n"


@pytest.mark.parametrize(
    "sent", [b"", b"POST / HT", HEADERS, HEADERS + b"\r\n0123456789"],
    ids=["nothing", "half a line", "half the headers", "half a body"],
)  # fmt: skip
def test_a_client_that_sends_no_more_is_closed(port, sent):
    with connected(port, sent) as client:
        assert rest(client) == b""


def test_headers_that_come_drop_by_drop_are_closed_all_the_same(port):
    with connected(port) as client, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        started = time.monotonic()
        while time.monotonic() - started < 20 * PATIENCE:
            client.sendall(b"G")
            time.sleep(PATIENCE / 5)
        pytest.fail("the connection was kept")


def test_a_body_may_take_long_as_long_as_it_goes_on(port):
    with connected(port, HEADERS + b"Connection: close\r\n\r\n") as client:
        for _ in range(8):
            time.sleep(PATIENCE / 3)
            client.sendall(b"01234")
        assert rest(client).endswith(b"40")


def test_an_answer_may_take_long(port):
    request = b"GET /slowly HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with connected(port, request) as client:
        assert rest(client).count(b"part") == 4


def test_a_client_that_does_not_read_its_answer_is_closed(port):
    with connected(port, b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n") as client:
        time.sleep(3 * PATIENCE)
        client.settimeout(10)
        assert len(rest(client)) < 500 * 2**16


def test_nothing_is_left_of_clients_that_break_off(port):
    request = b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 2**14 + b"\r\n\r\n"
    for _ in range(5):
        with connected(port, request) as client:
            assert client.recv(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def left() -> int:
        return sum(isinstance(each, Connection) for each in gc.get_objects())

    assert wait_for(lambda: not gc.collect() and not left(), 2)


def test_above_the_limit_connections_are_refused_and_the_log_has_one_line(
    port, monkeypatch, caplog
):
    monkeypatch.setattr(Connection, "most", 2)
    monkeypatch.setattr(Connection, "logged_at", -connections.LOG_EVERY)
    with contextlib.ExitStack() as stack, caplog.at_level(logging.WARNING):
        for _ in range(2):
            stack.enter_context(connected(port))
        for _ in range(5):
            with connected(port) as client:
                assert rest(client).startswith(b"HTTP/1.1 503")
        assert [record.message for record in caplog.records] == [
            "There are 2 connections; more are refused."
        ]
    assert wait_for(lambda: answers(port), 10)


def answers(port) -> bool:
    with connected(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as client:
        return rest(client).startswith(b"HTTP/1.1 200")


def test_gradio_takes_the_settings():
    script = """
import resource
from gradio import http_server
from digit_recognizer.ui.server.connections import Connection, limit_connections
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 128))
limit_connections()
config = http_server.uvicorn.Config(app=None, port=1, host="127.0.0.1", log_level="warning")
print(config.http is Connection, config.backlog, Connection.most)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
    pytest.importorskip("resource", reason="limits of open files are Unix's")
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stdout.splitlines() == ["True 32 48", "128"], ran.stderr
