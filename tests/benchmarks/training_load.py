"""What a training costs the others: answering times of ten clients, and the page's memory.

    python tests/benchmarks/training_load.py [--part answers|memory]

Ten clients send drawings as the page does, a few a second each, first while nothing else runs and
then during a training with the page's default recipe (which needs MNIST): the p95 of these may be
twice that of the idle page. Then one visitor trains 20 times on a small data set: the memory of the
page's process may grow by a tenth after the second time, and no process may be left behind.
"""

import argparse
import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from digit_recognizer.config import DEFAULT_PRESET  # noqa: E402
from digit_recognizer.handwriting import draw_digits  # noqa: E402
from digit_recognizer.ui.settings import fields_of  # noqa: E402
from digit_recognizer.worker import resident_bytes  # noqa: E402
from tests.browser.digit_page import DIGITS  # noqa: E402
from tests.browser.server import Server, running_server, wait_for  # noqa: E402

CLIENTS = 10
PAUSE = 0.2
"""Seconds between a client's drawings."""
KEPT_ALIVE = 2
"""The server gives up connections that are idle for longer than about this many seconds."""
SECONDS = 20
"""How long answers are timed, each time."""
WARM_UP_SECONDS = 25
"""After its first visitor the page gets a worker ready, once."""
TRAININGS = 20
P95_TARGET = 2.0
MEMORY_TARGET = 1.10


class Visitor:
    """A tab without a browser."""

    def __init__(self, url: str, session: str):
        self._address = urlparse(url).netloc
        self._session = session
        self._connection = http.client.HTTPConnection(self._address, timeout=60)
        self._used_at = 0.0
        config = json.loads(self._request("GET", "/config"))
        names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
        self._functions = {
            (names.get(target), event): dependency["id"]
            for dependency in config["dependencies"]
            for target, event in dependency["targets"]
        }

    def arrive(self) -> None:
        """What the page does when it is opened."""
        for (_, event), function in self._functions.items():
            if event == "load":
                self._call("run/predict", function, [])

    def draw(self, strokes: list) -> str:
        """The answer panel for a drawing."""
        return self._call("run/predict", self._functions["sketchpad", "input"], [strokes])

    def train(self, preset: str, epochs: int) -> Iterator[str]:
        """Press Retrain; yields what the page is told, until it is over."""
        _, *rest = fields_of(preset)
        self._call("queue/join", self._functions["retrain", "click"], [preset, epochs, *rest])
        stream = http.client.HTTPConnection(self._address, timeout=600)
        stream.request("GET", f"/gradio_api/queue/data?session_hash={self._session}")
        for line in stream.getresponse():
            if line.startswith(b"data:"):
                yield line.decode()
                if b'"process_completed"' in line:
                    break
        stream.close()

    def _call(self, route: str, function: int, data: list) -> str:
        body = {"data": data, "fn_index": function, "session_hash": self._session}
        return self._request("POST", f"/gradio_api/{route}", json.dumps(body))

    def _request(self, method: str, path: str, body: str | None = None) -> str:
        headers = {"Content-Type": "application/json"} if body else {}
        if time.monotonic() - self._used_at > KEPT_ALIVE:
            self._connection.close()
        self._connection.request(method, path, body, headers)
        self._used_at = time.monotonic()
        response = self._connection.getresponse()
        content = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {content[:200]}")
        return content


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", choices=("answers", "memory"), help="measure only this")
    part = parser.parse_args().part
    if part != "memory":
        measure_answers()
    if part != "answers":
        measure_memory()


def measure_answers() -> None:
    """Print the answering times of an idle page and of one with a training."""
    with running_server() as server:
        visitor = Visitor(server.url, "trainer")
        visitor.arrive()
        time.sleep(WARM_UP_SECONDS)
        time_answers(server, 3)
        idle = time_answers(server, SECONDS)
        heard: list[str] = []
        training = threading.Thread(
            target=lambda: heard.extend(visitor.train(DEFAULT_PRESET, 10)), daemon=True
        )
        training.start()
        if not wait_for(lambda: any_epoch(heard), 60):
            raise SystemExit("no training began; is MNIST on this machine?")
        busy = time_answers(server, SECONDS)
        if not training.is_alive():
            raise SystemExit("the training ended too early to be measured")
    print(f"{'answers':18}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}")
    for name, seconds in (("idle", idle), ("during a training", busy)):
        p50, p95 = 1e3 * statistics.median(seconds), 1e3 * percentile95(seconds)
        print(f"{name:18}{len(seconds):7}{p50:9.1f}{p95:9.1f}")
    ratio = percentile95(busy) / percentile95(idle)
    print(f"p95 {ratio:.2f} times the idle one (target: at most {P95_TARGET:g})")


def any_epoch(heard: list[str]) -> bool:
    """Whether a training has begun in earnest."""
    return any("Epoch 1 of" in line for line in heard)


def time_answers(server: Server, seconds: float) -> list[float]:
    """Seconds of each answer to CLIENTS clients that draw at the same time."""
    times: list[float] = []
    deadline = time.monotonic() + seconds

    def draw(number: int) -> None:
        client = Visitor(server.url, f"client-{number}")
        strokes = list(DIGITS.values())
        time.sleep(PAUSE * number / CLIENTS)
        while time.monotonic() < deadline:
            drawing = strokes[len(times) % len(strokes)]
            start = time.perf_counter()
            answer = client.draw([[list(point) for point in stroke] for stroke in drawing])
            times.append(time.perf_counter() - start)
            if "data-digit" not in answer:
                raise RuntimeError(f"no answer: {answer[:200]}")
            time.sleep(PAUSE)

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def percentile95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def measure_memory() -> None:
    """Print the memory of the page's process after trainings."""
    with tempfile.TemporaryDirectory() as folder:
        data = small_data_set(Path(folder) / "small.npz")
        with running_server(DIGIT_RECOGNIZER_MNIST=str(data)) as server:
            visitor = Visitor(server.url, "trainer")
            visitor.arrive()
            sizes, workers = [], set()
            for _ in range(TRAININGS):
                visitor.draw([[list(point) for point in stroke] for stroke in DIGITS[7]])
                done = False
                for told in visitor.train("quick", 3):
                    workers |= server.workers()
                    done |= "Done" in told
                if not done:
                    raise SystemExit("a training did not finish")
                sizes.append(resident_bytes(server.process.pid))
            status, errors = server.stop()
    if status or errors:
        raise SystemExit(errors)
    print(f"\n{'trainings':12}{'MB in the page':>16}")
    for number in sorted({1, 2, 5, 10, 15, TRAININGS}):
        print(f"{number:<12}{sizes[number - 1] / 2**20:16.1f}")
    left = [pid for pid in workers if os.path.exists(f"/proc/{pid}")]
    print(
        f"{max(sizes[2:]) / sizes[1]:.2f} times the memory after the second training at most "
        f"(target: {MEMORY_TARGET:.2f}); {len(left)} of {len(workers)} processes left behind"
    )


def small_data_set(path: Path) -> Path:
    """Generated digits in MNIST's layout."""
    images, labels = draw_digits(1200, np.random.default_rng(0))
    np.savez(
        path, x_train=images[:1000], y_train=labels[:1000], x_test=images[1000:],
        y_test=labels[1000:],
    )  # fmt: skip
    return path


if __name__ == "__main__":
    main()
