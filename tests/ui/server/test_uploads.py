import asyncio
import errno
import logging

import gradio as gr
import pytest
from gradio import route_utils, routes
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from digit_recognizer.ui.server import uploads
from digit_recognizer.ui.server.gate import UPLOAD_ROUTE
from digit_recognizer.ui.server.uploads import Uploads

KIND = "multipart/form-data; boundary=x"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def app(folder):
    with gr.Blocks() as page:
        gr.File()
    page.max_file_size = 10_000  # `launch` sets it
    return App.create_app(page, app_kwargs={"middleware": [Middleware(Uploads)]})


@pytest.fixture
def client(app):
    return TestClient(app)


def part(content: bytes = b"1234", name: str = "files", end: bytes = b"\r\n--x--\r\n") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'
    return head.encode() + content + end


def upload(client, body: bytes, kind: str = KIND):
    return client.post(UPLOAD_ROUTE, content=body, headers={"Content-Type": kind})


def files_in(folder) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_a_whole_upload_stays(client, folder):
    answer = upload(client, part())
    assert answer.status_code == 200
    assert len(answer.json()) == 1
    assert files_in(folder) == [b"1234"]


@pytest.mark.parametrize("body", [part(end=b""), part(name="other")], ids=["no end", "other field"])
def test_what_nobody_will_ask_for_goes(client, folder, body):
    upload(client, body)
    assert files_in(folder) == []


def test_a_tab_that_is_closed_in_the_middle_leaves_nothing(app, folder, caplog):
    came = [
        {"type": "http.request", "body": part(b"1" * 9000, end=b""), "more_body": True},
        {"type": "http.disconnect"},
    ]
    seen = []

    async def receive():
        seen.append(len(files_in(folder)))
        return came.pop(0)

    async def send(message):
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": UPLOAD_ROUTE,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", KIND.encode())],
    }
    asyncio.run(app(scope, receive, send))
    assert seen == [0, 1]
    assert files_in(folder) == []
    assert caplog.records == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\n1\r\n--x--\r\n', KIND),
        (part(), f"multipart/form-data; boundary={'x' * 300}"),
    ],
    ids=["no file name", "long boundary"],
)
def test_what_is_no_upload_is_refused_with_one_line_in_the_log(client, folder, caplog, body, kind):
    caplog.set_level(logging.WARNING, "digit_recognizer")
    answer = upload(client, body, kind)
    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(".")
    assert [record.exc_info for record in caplog.records] == [None]
    assert files_in(folder) == []


def test_a_full_disk_is_said(client, folder, caplog, monkeypatch):
    async def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(route_utils.GradioUploadFile, "write", full)
    answer = upload(client, part())
    assert answer.status_code == 507
    assert "room" in answer.json()["detail"]
    assert files_in(folder) == []


def test_no_table_of_progress_grows(client):
    for number in range(3):
        client.post(
            f"{UPLOAD_ROUTE}?upload_id={number}", content=part(), headers={"Content-Type": KIND}
        )
    assert not routes.file_upload_statuses._statuses
    assert not routes.file_upload_statuses._signals


def test_few_uploads_are_taken_at_a_time_and_the_others_wait_their_turn(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_AT_ONCE", 3)
    taken, most = 0, 0

    async def app(scope, receive, send):
        nonlocal taken, most
        taken += 1
        most = max(most, taken)
        await asyncio.sleep(0)
        taken -= 1

    async def upload_often():
        guard = Uploads(app)
        scope = {"type": "http", "path": UPLOAD_ROUTE}
        await asyncio.gather(*(guard(scope, None, None) for _ in range(20)))

    asyncio.run(upload_often())
    assert (taken, most) == (0, 3)
