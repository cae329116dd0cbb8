import pytest

from digit_recognizer.ui.server.body_limit import BodyLimit


def finish(coroutine) -> None:
    """Run a coroutine that never has to wait; an event loop may run here already."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def serve(
    chunks: list[bytes], headers: dict[str, str], path: str = "/"
) -> tuple[int | None, bytes, list[str]]:
    """Send a request through a limit of 10 bytes, 30 for /upload, to an application that reads it.

    Returns the status, what the application has read, and the types of messages it saw.
    """
    seen, read, sent = [], [], []
    messages = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def application(scope, receive, send):
        while True:
            message = await receive()
            seen.append(message["type"])
            if message["type"] == "http.disconnect":
                return
            read.append(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200})

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    finish(BodyLimit(application, ("/upload", 30), limit=10)(scope, receive, send))
    statuses = [message["status"] for message in sent if "status" in message]
    return (statuses or [None])[0], b"".join(read), seen


def test_small_bodies_pass():
    assert serve([b"12345", b"67890"], {"content-length": "10"})[:2] == (200, b"1234567890")


@pytest.mark.parametrize("length", ["11", "999999999999", "-1", "many", "1e1"])
def test_bodies_that_declare_too_much_are_refused(length):
    assert serve([b"12345678901"], {"content-length": length}) == (413, b"", [])


def test_bodies_that_declare_nothing_are_cut_off_at_the_limit():
    status, read, seen = serve([b"123456", b"7890123"], {})
    assert status == 413
    assert read == b"123456"
    assert seen == ["http.request", "http.disconnect"]


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
