"""Measures what a training costs others: their answering times, and the page's memory.

    python tests/benchmarks/training_load.py [--part answers|memory]

Answers: ten clients send a few drawings a second each, as the page does, first while nothing else
runs, then during a training with the page's default recipe (which needs MNIST). The p95 during the
training may be at most twice the p95 without it. Memory: one visitor trains 20 times on a small
data set. The memory of the page's process may grow by a tenth after the second training, and no
process may be left behind.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from digit_recognizer.training.config import DEFAULT_PRESET  # noqa: E402
from digit_recognizer.training.worker import resident_bytes  # noqa: E402
from tests.benchmarks.figures import Figure, Missing, conclude, parser, run  # noqa: E402
from tests.benchmarks.tools import percentile95, small_data_set  # noqa: E402
from tests.browser.digit_page import DIGITS  # noqa: E402
from tests.browser.server import Server, running_server, wait_for  # noqa: E402
from tests.visitor import Visitor  # noqa: E402

CLIENTS = 10
PAUSE = 0.2
"""Seconds between a client's drawings."""
SECONDS = 20
"""How long answers are timed, without a training and during one."""
WARM_UP_SECONDS = 25
"""Time for the page to get a worker ready, once, after its first visitor."""
TRAININGS = 20
P95_TARGET = 2.0
MEMORY_TARGET = 1.10


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--part", choices=("answers", "memory"), help="measure only this")
    flags = arguments.parse_args()
    figures = []
    if flags.part != "memory":
        figures.append(measure_answers())
    if flags.part != "answers":
        figures.append(measure_memory())
    return conclude(figures, flags)


def measure_answers() -> Figure:
    """Print the answering times without a training and during one."""
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
            raise Missing("No training began; is MNIST on this machine?")
        busy = time_answers(server, SECONDS)
        if not training.is_alive():
            raise SystemExit("the training ended too early to be measured")
    print(f"{'answers':18}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}")
    for name, seconds in (("idle", idle), ("during a training", busy)):
        p50, p95 = 1e3 * statistics.median(seconds), 1e3 * percentile95(seconds)
        print(f"{name:18}{len(seconds):7}{p50:9.1f}{p95:9.1f}")
    ratio = percentile95(busy) / percentile95(idle)
    return Figure(
        f"answers to {CLIENTS} people who draw beside a training, p95",
        f"{1e3 * percentile95(busy):.0f} ms",
        "training_load.py",
        f"{1e3 * percentile95(idle):.0f} ms without a training",
        f"{ratio:.2f} times as long",
        f"at most {P95_TARGET:g} times",
        ratio <= P95_TARGET,
    )


def any_epoch(heard: list[str]) -> bool:
    """Whether a training has entered its first epoch."""
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


def measure_memory() -> Figure:
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
    print(f"{len(left)} of {len(workers)} worker processes left behind")
    most, former = max(sizes[2:]), sizes[1]
    return Figure(
        f"memory of the page's process during {TRAININGS} trainings",
        f"{most / 2**20:.0f} MB",
        "training_load.py",
        f"{former / 2**20:.0f} MB after the second training",
        f"{most / former:.2f} times as much",
        f"at most {MEMORY_TARGET:g} times, no process left",
        most <= MEMORY_TARGET * former and not left,
    )


if __name__ == "__main__":
    run(main)
