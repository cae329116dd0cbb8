import asyncio
import json
from types import SimpleNamespace

import pytest
from starlette.responses import PlainTextResponse

from digit_recognizer.ui.server import sessions
from digit_recognizer.ui.server.gate import CALL
from digit_recognizer.ui.server.sessions import (
    JOIN,
    MAX_STREAMS,
    MAX_UNFETCHED,
    STREAM,
    Sessions,
)
from tests.browser.server import ROOT, running_server, wait_for
from tests.visitor import Refused, Visitor

GRACE = 0.2


class Queue:
    """What Gradio's queue keeps of sessions."""

    def __init__(self):
        self.pending_messages_per_session = {}
        self.pending_event_ids_session = {}
        self.event_ids_to_events = {}
        self.cleaned = []

    def join(self, session: str, call: str, finished: bool = False) -> None:
        self.pending_messages_per_session[session] = []
        self.pending_event_ids_session.setdefault(session, set()).add(call)
        if not finished:
            self.event_ids_to_events[call] = object()

    async def clean_events(self, session_hash: str) -> None:
        self.cleaned.append(session_hash)


@pytest.fixture
def queue(monkeypatch):
    monkeypatch.setattr(sessions, "GRACE", GRACE)
    return Queue()


@pytest.fixture
def guard(queue):
    """The middleware in front of streams that go on until `guard.end` is set."""

    async def app(scope, receive, send):
        if scope["path"] == STREAM:
            await middleware.end.wait()
        await PlainTextResponse("answered")(scope, receive, send)

    middleware = Sessions(app, SimpleNamespace(_queue=queue))
    middleware.end = asyncio.Event()
    return middleware


async def ask(guard, path: str, session: str) -> tuple[int, str]:
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    scope |= {"query_string": f"session_hash={session}".encode(), CALL: {"session_hash": session}}
    sent = []

    async def send(message):
        sent.append(message)

    await guard(scope, None, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent).decode()


def test_a_session_has_few_answers_that_nobody_fetches(guard, queue):
    async def scenario():
        for number in range(MAX_UNFETCHED):
            queue.join("a", f"running {number}")
            queue.join("a", f"done {number}", finished=True)
            assert (await ask(guard, JOIN, "a"))[0] == 200
        queue.join("a", "one more", finished=True)
        assert (await ask(guard, JOIN, "a"))[0] == 429
        assert (await ask(guard, JOIN, "b"))[0] == 200

    asyncio.run(scenario())


def test_calls_to_which_nobody_listens_are_given_up(guard, queue):
    async def scenario():
        queue.join("a", "call")
        await ask(guard, JOIN, "a")
        assert queue.cleaned == []
        await asyncio.sleep(3 * GRACE)
        assert queue.cleaned == ["a"]
        assert queue.pending_messages_per_session == queue.pending_event_ids_session == {}

    asyncio.run(scenario())


def test_a_later_call_has_its_own_grace(guard, queue):
    async def scenario():
        queue.join("a", "call")
        await ask(guard, JOIN, "a")
        await asyncio.sleep(0.7 * GRACE)
        await ask(guard, JOIN, "a")
        await asyncio.sleep(0.6 * GRACE)
        assert queue.cleaned == []
        await asyncio.sleep(3 * GRACE)
        assert queue.cleaned == ["a"]

    asyncio.run(scenario())


def test_calls_live_while_somebody_listens_and_a_while_longer(guard, queue):
    async def scenario():
        queue.join("a", "call")
        await ask(guard, JOIN, "a")
        listening = asyncio.ensure_future(ask(guard, STREAM, "a"))
        await asyncio.sleep(4 * GRACE)
        assert queue.cleaned == []
        guard.end.set()
        await listening
        assert queue.cleaned == []
        await asyncio.sleep(3 * GRACE)
        assert queue.cleaned == ["a"]

    asyncio.run(scenario())


def test_a_session_has_few_streams(guard, queue):
    async def scenario():
        queue.join("a", "call")
        streams = [asyncio.ensure_future(ask(guard, STREAM, "a")) for _ in range(MAX_STREAMS)]
        await asyncio.sleep(0)
        assert (await ask(guard, STREAM, "a"))[0] == 429
        guard.end.set()
        assert await asyncio.gather(*streams) == [(200, "answered")] * MAX_STREAMS
        assert (await ask(guard, STREAM, "a"))[0] == 200

    asyncio.run(scenario())


def test_a_stream_of_a_session_without_calls_ends_at_once(guard):
    status, content = asyncio.run(ask(guard, STREAM, "nobody"))
    message = json.loads(content.removeprefix("data: "))
    assert (status, message["msg"], message["session_not_found"]) == (200, "unexpected_error", True)


@pytest.mark.slow
def test_trainings_of_made_up_sessions_leave_the_line_to_those_who_listen(tiny_mnist):
    script = """
import runpy, sys
from digit_recognizer.ui.server import sessions
sessions.GRACE = 0.5
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
    with running_server(
        options=["-c", script], folder=ROOT, DIGIT_RECOGNIZER_MNIST=str(tiny_mnist)
    ) as server:
        for number in range(20):
            visitor = Visitor(server.url, f"made-up-{number}")
            visitor.click_retrain("tutorial", 50, hidden="1024, 1024", batch_size=8)
            visitor.leave()
        visitor = Visitor(server.url, "listener")

        def trains() -> bool:
            try:
                return any("Done" in line for line in visitor.train("quick", 1))
            except Refused:
                return False

        assert wait_for(trains, 60)
        visitor.leave()
        assert server.stop() == (0, "")
