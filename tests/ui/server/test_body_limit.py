import pytest

from digit_recognizer.ui.server import body_limit
from digit_recognizer.ui.server.body_limit import BodyLimit


def finish(coroutine) -> None:
    """Run a coroutine that never has to wait; an event loop may run here already."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def serve(
    chunks: list[bytes], headers: dict[str, str], path: str = "/"
) -> tuple[int | None, bytes, int]:
    """Send a request through a limit of 10 bytes, 30 for /upload, to an application that reads it.

    Returns the status, the bytes that the application has read, and how many chunks were still
    unread when the answer began.
    """
    read, sent, unread = [], [], []
    messages = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def application(scope, receive, send):
        more = True
        while more:
            message = await receive()
            assert message["type"] == "http.request"
            read.append(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200})

    async def receive():
        return messages.pop(0)

    async def send(message):
        unread.append(len(messages))
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    finish(BodyLimit(application, {"/upload": 30}, limit=10)(scope, receive, send))
    statuses = [message["status"] for message in sent if "status" in message]
    assert len(statuses) == 1
    return statuses[0], b"".join(read), unread[0]


def test_small_bodies_pass():
    assert serve([b"12345", b"67890"], {"content-length": "10"}) == (200, b"1234567890", 0)


@pytest.mark.parametrize("length", ["11", "999999999999", "-1", "many", "1e1"])
def test_bodies_that_declare_too_much_are_refused_unread(length):
    assert serve([b"12345678901"], {"content-length": length})[:2] == (413, b"")


def test_bodies_that_declare_nothing_are_cut_off_at_the_limit():
    assert serve([b"123456", b"7890123"], {})[:2] == (413, b"123456")


@pytest.mark.parametrize("headers", [{}, {"content-length": "400"}])
def test_a_client_that_is_still_sending_has_sent_all_when_it_is_refused(headers):
    assert serve([b"1" * 20] * 20, headers) == (413, b"", 0)


@pytest.mark.parametrize("headers", [{}, {"content-length": "400"}])
def test_a_client_that_sends_without_end_is_cut_off(headers, monkeypatch):
    monkeypatch.setattr(body_limit, "MAX_DROPPED_BYTES", 100)
    status, read, unread = serve([b"1" * 20] * 20, headers)
    assert (status, read) == (413, b"")
    assert 14 <= unread <= 15


def test_only_uploads_may_be_larger_whatever_a_body_says_it_is():
    headers = {"content-length": "20", "content-type": "multipart/form-data; boundary=x"}
    assert serve([b"1" * 20], headers)[0] == 413
    assert serve([b"1" * 20], headers, "/upload")[:2] == (200, b"1" * 20)
    assert serve([b"1" * 20, b"1" * 11], {}, "/upload")[0] == 413


def test_other_protocols_pass():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    finish(BodyLimit(application)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
