"""Attacks a running page in every way that is known to have hurt it, and measures what it holds.

    python tests/benchmarks/siege.py [--seconds 6] [--only NAME ...]

Each attack meets a server of its own for some seconds, from a process of its own. Meanwhile one
visitor draws ten times a second. The table shows the server's memory at its highest and after the
attack beyond that before it, what lies in its folder, the answers to the visitor, and what went
into the log.
"""

import contextlib
import http.client
import io
import json
import multiprocessing
import os
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer.handwriting.digits import write_plainly
from digit_recognizer.ink.strokes import place_on_sheet
from digit_recognizer.training.worker import resident_bytes
from digit_recognizer.ui.fast.assets import FOLDER as ASSETS
from tests.benchmarks.figures import Figure, conclude, parser, run
from tests.benchmarks.tools import percentile95
from tests.browser.server import ROOT, running_server
from tests.visitor import Refused, Visitor

COMMAND = "siege.py"
CLIENTS = 5
WARM_UP_SECONDS = 12
"""Time for the page to get a worker ready, once, after its first visitor."""
FEW_FILES = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Attacker:
    """One of the clients of an attack; `number` tells them apart."""

    def __init__(self, url: str, number: int):
        self.url = url
        self.number = number
        self.address = url.removeprefix("http://")
        self.visitor = Visitor(url, f"attacker-{number}")

    def send(self, request: bytes, read: int = 0) -> None:
        """Send bytes on a connection of their own, read some of the answer, and hang up."""
        with contextlib.suppress(OSError):
            client = self.connect(request)
            if read:
                client.recv(read)
            client.close()

    def connect(self, request: bytes = b"") -> socket.socket:
        host, _, port = self.address.partition(":")
        client = socket.create_connection((host, int(port)), timeout=5)
        client.sendall(request)
        return client

    def post(self, path: str, body: bytes, kind: str = "application/json") -> None:
        connection = http.client.HTTPConnection(self.address, timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("POST", path, body, {"Content-Type": kind})
            connection.getresponse().read()
        connection.close()

    def get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\n\r\n".encode()

    def call(self, component: str, event: str, data: list, session: str) -> bytes:
        function = self.visitor._functions[component, event]
        return json.dumps({"data": data, "fn_index": function, "session_hash": session}).encode()


def progress(attacker: Attacker) -> None:
    name = secrets.token_hex(2**14)
    attacker.send(attacker.get(f"/gradio_api/upload_progress?upload_id={name}"), read=100)


def large_pictures(attacker: Attacker) -> None:
    form = multipart(LARGE_PICTURE)
    attacker.post("/gradio_api/upload", form, "multipart/form-data; boundary=b")
    path = uploaded(attacker, form)
    attacker.post(
        "/gradio_api/queue/join",
        attacker.call("upload-button", "upload", [path], f"picture-{attacker.number}"),
    )


def cut_off_uploads(attacker: Attacker) -> None:
    form = multipart(b"x" * 2**20)
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: {attacker.address}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {2 * len(form)}\r\n\r\n"
    )
    attacker.send(head.encode() + form[:-100])


def idle_connections(attacker: Attacker) -> None:
    kept = getattr(attacker, "kept", [])
    attacker.kept = kept
    if len(kept) < 40:
        with contextlib.suppress(OSError):
            kept.append(attacker.connect())
    time.sleep(0.02)


def unread_downloads(attacker: Attacker) -> None:
    kept = getattr(attacker, "kept", [])
    attacker.kept = kept
    largest = max(ASSETS.iterdir(), key=lambda path: path.stat().st_size)
    with contextlib.suppress(OSError):
        kept.append(attacker.connect(attacker.get(f"/assets/{largest.name}")))
    if len(kept) > 160:
        kept.pop(0).close()
    time.sleep(0.01)


def heavy_drawings(attacker: Attacker) -> None:
    points = np.random.default_rng(attacker.number).random((20_000, 2)).tolist()
    kept = getattr(attacker, "body", None)
    attacker.body = kept or attacker.call("sketchpad", "input", [[points]], "heavy")
    attacker.post("/gradio_api/run/predict", attacker.body)


def pages_of_digits(attacker: Attacker) -> None:
    row = [write_plainly(digit)[0] for digit in (1, 2, 3, 7, 8)]
    strokes = [
        ((stroke[::3] * 0.6 + 0.5 + [column, line]) / 5).tolist()
        for line in range(5)
        for column, stroke in enumerate(row)
    ]
    body = attacker.call("sketchpad", "input", [strokes], f"page-{attacker.number}")
    attacker.post("/gradio_api/run/predict", body)


def unheard_trainings(attacker: Attacker) -> None:
    with contextlib.suppress(Refused, OSError):
        attacker.visitor.session = secrets.token_hex(8)
        attacker.visitor.click_retrain("tutorial", 50)


def unfetched_answers(attacker: Attacker) -> None:
    session = f"unfetched-{attacker.number}"
    body = attacker.call("download-model", "click", [], session)
    attacker.post("/gradio_api/queue/join", body)


def unknown_streams(attacker: Attacker) -> None:
    session = secrets.token_hex(8)
    attacker.send(attacker.get(f"/gradio_api/queue/data?session_hash={session}"), read=50)


def other_sites(attacker: Attacker) -> None:
    connection = http.client.HTTPConnection(attacker.address, timeout=30)
    body = multipart(b"x" * 2**20)
    headers = {"Origin": "http://evil.test", "Content-Type": "multipart/form-data; boundary=b"}
    with contextlib.suppress(OSError):
        connection.request("POST", "/gradio_api/upload", body, headers)
        connection.getresponse().read()
    connection.close()


def broken_requests(attacker: Attacker) -> None:
    for path in ("/static/" + "a" * 5000, "/gradio_api/file=/etc/passwd", "/%00"):
        attacker.send(attacker.get(path), read=100)
    attacker.post("/gradio_api/upload", b"--b\r\n", "multipart/form-data; boundary=" + "b" * 300)


ATTACKS: dict[str, Callable[[Attacker], None]] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        progress,
        large_pictures,
        cut_off_uploads,
        idle_connections,
        unread_downloads,
        heavy_drawings,
        pages_of_digits,
        unheard_trainings,
        unfetched_answers,
        unknown_streams,
        other_sites,
        broken_requests,
    )
}
LIMITS = {"large pictures": 700}
"""Highest memory beyond that before, in MB, where it is not OTHERS."""
OTHERS = 60
PATIENCE_MS = {"heavy drawings": 60, "pages of digits": 60}
"""Highest p95 of an answer in milliseconds, where it is not PATIENT."""
PATIENT = 200


def multipart(content: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.webp"\r\n\r\n'
    return head + content + b"\r\n--b--\r\n"


def large_picture() -> bytes:
    """A small WebP of many pixels, with ink."""
    image = Image.new("RGBA", (3990, 3990), "white")
    image.paste("black", (1800, 800, 2100, 3200))
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True)
    return file.getvalue()


LARGE_PICTURE = large_picture()


def uploaded(attacker: Attacker, form: bytes) -> dict:
    """A file that was uploaded, as a call names it."""
    connection = http.client.HTTPConnection(attacker.address, timeout=30)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    connection.request("POST", "/gradio_api/upload", form, headers)
    (path,) = json.loads(connection.getresponse().read())
    connection.close()
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


@dataclass
class Outcome:
    """What an attack did: bytes of memory and disk, seconds of answers, bytes of log."""

    peak: int
    left: int
    disk: int
    times: list[float]
    refused: int
    log: int


def attack_for(url: str, name: str, seconds: float) -> None:
    """Let all clients attack, in threads of this process."""
    end = time.monotonic() + seconds

    def go_on(number: int) -> None:
        attacker = Attacker(url, number)
        while time.monotonic() < end:
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
                ATTACKS[name](attacker)

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def besiege(name: str, seconds: float) -> Outcome:
    """Start a server, attack it, and measure."""
    options = ["-c", FEW_FILES] if name == "idle connections" else []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(options=options, folder=ROOT, GRADIO_TEMP_DIR=folder) as server,
    ):
        visitor = Visitor(server.url, "visitor")
        strokes = [
            stroke.tolist() for stroke in place_on_sheet(write_plainly(7), 0.6, pen_width=0.04)
        ]
        visitor.arrive()
        visitor.draw(strokes)
        time.sleep(WARM_UP_SECONDS)
        before = resident_bytes(server.process.pid)
        context = multiprocessing.get_context("spawn")
        attack = context.Process(target=attack_for, args=(server.url, name, seconds))
        attack.start()
        outcome = Outcome(0, 0, 0, [], 0, 0)
        while attack.is_alive():
            started = time.monotonic()
            try:
                visitor.draw(strokes)
                outcome.times.append(time.monotonic() - started)
            except (OSError, Refused, http.client.HTTPException):
                outcome.refused += 1
                visitor._connection.close()
            outcome.peak = max(outcome.peak, resident_bytes(server.process.pid) - before)
            time.sleep(0.1)
        attack.join()
        time.sleep(2)
        visitor._connection.close()
        visitor.draw(strokes)  # the page still answers
        outcome.left = resident_bytes(server.process.pid) - before
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        outcome.disk = sum(path.stat().st_size for path in files)
        visitor.leave()
        outcome.log = len(server.stop()[1])
    return outcome


def main() -> int:
    """Measure and print a table; returns the exit status."""
    arguments = parser(__doc__)
    arguments.add_argument("--seconds", type=float, default=6, help="of each attack (%(default)s)")
    arguments.add_argument("--only", nargs="+", choices=ATTACKS, help="attack in these ways only")
    flags = arguments.parse_args()
    figures = []
    heads = ("peak MB", "left MB", "disk MB", "p95 ms", "refused", "log kB")
    print(f"{'attack':20}" + "".join(f"{head:>9}" for head in heads))
    for name in flags.only or ATTACKS:
        outcome = besiege(name, flags.seconds)
        p95 = 1e3 * percentile95(outcome.times) if outcome.times else float("inf")
        megabytes = [size / 2**20 for size in (outcome.peak, outcome.left, outcome.disk)]
        print(
            f"{name:20}"
            + "".join(f"{size:9.1f}" for size in megabytes)
            + f"{p95:9.0f}{outcome.refused:9}{outcome.log / 1e3:9.1f}",
            flush=True,
        )
        limit, patience = LIMITS.get(name, OTHERS), PATIENCE_MS.get(name, PATIENT)
        is_open = name != "idle connections"  # these take all connections, until they time out
        figures.append(
            Figure(
                f"siege, {name}: memory at its highest, p95 of a drawing meanwhile",
                f"{megabytes[0]:.0f} MB, {p95:.0f} ms",
                COMMAND,
                must_hold=f"at most {limit} MB, {patience} ms" if is_open else f"{limit} MB",
                holds=megabytes[0] <= limit
                and (not is_open or (p95 <= patience and not outcome.refused)),
            )
        )
    return conclude(figures, flags)


if __name__ == "__main__":
    run(main)
