"""What programs and shells see of the page; these tests need no Chromium."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from digit_recognizer.ui.pictures.examples import example_path
from tests.browser.server import ROOT, running_server, wait_for
from tests.visitor import Visitor


def run_app(*flags: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "app.py", *flags], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def client(server):
    return Client(server.url, verbose=False, httpx_kwargs={"timeout": 30})


@pytest.mark.parametrize("digit", [0, 5, 9])
def test_a_program_gets_the_digit_with_confidences(client, digit):
    answer = client.predict(handle_file(str(example_path(digit))), api_name="/predict")
    assert answer["label"] == str(digit)
    confidences = {entry["label"]: entry["confidence"] for entry in answer["confidences"]}
    assert sorted(confidences) == list("0123456789")
    assert sum(confidences.values()) == pytest.approx(1, abs=1e-4)


def test_a_program_gets_a_sentence_for_a_bad_picture(client, tmp_path):
    path = tmp_path / "bad.png"
    path.write_bytes(b"no picture")
    with pytest.raises(AppError, match="PNG") as error:
        client.predict(handle_file(str(path)), api_name="/predict")
    assert str(tmp_path) not in str(error.value)


def test_only_predict_is_public(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/predict"]


def test_a_drawing_gets_the_same_answer_the_short_way_and_gradios(server):
    visitor = Visitor(server.url, "drawer")
    strokes = [[[0.5, 0.2], [0.5, 0.8]]]
    answer = visitor.draw(strokes)
    assert 'data-digit="1"' in answer
    gradios = visitor.post("run/draw", {"data": [strokes], "session_hash": "drawer"})
    visitor.leave()
    assert json.loads(gradios)["data"] == [answer]


def test_healthz_is_small_json(server):
    with urllib.request.urlopen(server.url + "/healthz") as response:
        assert json.load(response) == {"status": "ok"}


def test_a_busy_port_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run_app("--port", str(port))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert str(port) in result.stderr
    assert result.stdout == ""


def test_uploads_that_cannot_be_written_anywhere_are_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "file"))
    result = run_app()
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "GRADIO_TEMP_DIR" in result.stderr


def test_a_bad_model_is_one_sentence(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(b"no network")
    result = run_app("--model", str(path))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "model.npz" in result.stderr


@pytest.mark.parametrize("flags", [["--port", "0"], ["--max-trainings", "0"], ["--port", "x"]])
def test_bad_flags_are_explained(flags):
    result = run_app(*flags)
    assert result.returncode == 2
    assert flags[0] in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_cleanly_in_the_middle_of_a_training(number, tiny_mnist, tmp_path):
    folders = {"DIGIT_RECOGNIZER_MNIST": str(tiny_mnist), "GRADIO_TEMP_DIR": str(tmp_path)}
    with running_server(**folders) as server:
        assert len(list(tmp_path.iterdir())) == 1
        visitor = Visitor(server.url, "visitor")
        visitor.stay()
        news = visitor.train("tutorial", 50, hidden="1024, 1024", batch_size=8)
        assert any("Epoch 1 of 50" in line for line in news)
        workers = server.workers()
        assert workers
        status, errors = server.stop(number)
        visitor.leave()
        assert (status, errors) == (0, "")
        assert list(tmp_path.iterdir()) == []
        assert wait_for(lambda: not any(alive(pid) for pid in workers), 5)
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", int(server.url.rpartition(":")[2])))


@pytest.mark.slow
def test_it_runs_from_any_folder_and_warns_of_nothing_of_ours(tmp_path):
    for program in ("app.py", "train.py"):
        command = [sys.executable, "-W", "error", str(ROOT / program), "--help"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    with running_server(options=["-W", "error"], folder=tmp_path) as server:
        urllib.request.urlopen(server.url + "/").read()
        status, errors = server.stop()
    assert status == 0
    # Gradio leaves event loops open while it is imported.
    assert "digit_recognizer" not in errors.replace(str(ROOT), "")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
