"""Puts many visitors on one page: drawing beside a training, idle, or all pressing Retrain.

    python tests/benchmarks/visitors_load.py [--part drawing|capacity|idle|burst] [--seconds 60]

Drawing: 50 visitors with two open tabs each draw three strokes a second, at fixed times that do not
wait for slow answers, while one more visitor trains with the page's default recipe (which needs
MNIST). Every answer is compared with the one that the drawing must get. Capacity: visitors draw
without a pause, as many as the page can answer in time, and the table tells what an answer's time
is made of. Idle: 500 pages are open
and do nothing. Burst: 200 visitors press Retrain in the same second. The clients run on the same
machine and use a part of its time.
"""

import multiprocessing
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process: the same answers to the bit

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.handwriting.digits import write_digits
from digit_recognizer.ink.strokes import parse_strokes, place_on_sheet, render
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import DEFAULT_PRESET
from digit_recognizer.training.worker import resident_bytes
from digit_recognizer.ui.answer.answer import render_reading
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.benchmarks.figures import Figure, Missing, conclude, parser, run
from tests.benchmarks.tools import percentile95
from tests.browser.server import Server, running_server, wait_for
from tests.visitor import Refused, Visitor

COMMAND = "visitors_load.py"
PARTS = ("drawing", "capacity", "idle", "burst")
VISITORS = 50
TABS = 2
STROKES_A_SECOND = 3
DRAWINGS = 5
"""Number of drawings of each tab, which it draws by turns."""
CROWD = 20
CAPACITY_SECONDS = 15
CAPACITY_P95 = 0.1
CAPACITY_TARGET = 300
IDLE_TABS = 500
IDLE_SECONDS = 20
CLICKS = 200
BURST_SECONDS = 180
"""How long each click on Retrain may go without a response."""
WARM_UP_SECONDS = 25
"""Time for the page to get a worker ready, once, after its first visitor."""
START_SECONDS = 180
EPOCHS = 50
P95_TARGET = 0.3
DRAWING_MEGABYTES = 150
IDLE_MEGABYTES = 250
"""How much the page's process may grow."""

Drawing = tuple[list, str]
"""Strokes as the page sends them, and the answer panel that they must produce."""


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--part", choices=PARTS, help="measure only this")
    arguments.add_argument("--seconds", type=float, default=60, help="of drawing (%(default)s)")
    flags = arguments.parse_args()
    figures = []
    with running_server() as server:
        trainer = Visitor(server.url, "trainer")
        trainer.arrive()
        trainer.stay()
        time.sleep(WARM_UP_SECONDS)
        if flags.part in (None, "drawing"):
            figures += measure_drawing(server, trainer, flags.seconds)
        if flags.part in (None, "capacity"):
            figures.append(measure_capacity(server))
        if flags.part in (None, "idle"):
            figures += measure_idle(server)
        if flags.part in (None, "burst"):
            figures.append(measure_burst(server))
        status, errors = server.stop()
    print(errors, end="", file=sys.stderr)
    return conclude(figures, flags) or int(bool(status or errors))


def measure_drawing(server: Server, trainer: Visitor, seconds: float) -> list[Figure]:
    """Time the answers to drawings beside a training, and compare them with the right ones."""
    sheets = [expected_answers(number) for number in range(VISITORS * TABS)]
    tabs = [Visitor(server.url, f"visitor-{number}") for number in range(VISITORS * TABS)]
    for tab in tabs:
        tab.stay()
    former = resident_bytes(server.process.pid)
    heard, training = start_training(trainer)
    if not wait_for(lambda: any("Epoch 1 of" in line for line in heard), START_SECONDS):
        raise Missing("No training began; is MNIST on this machine?")

    times: list[float] = []
    wrong: list[str] = []
    start = time.monotonic()
    in_parallel(
        lambda number: draw(tabs[number], sheets[number], number, start, seconds, times, wrong),
        len(tabs),
    )
    trained_throughout = training.is_alive()
    memory = resident_bytes(server.process.pid) - former
    trainer.click_stop()
    training.join()
    for tab in tabs:
        tab.leave()
    for text in wrong[:5]:
        print(f"wrong: {text[:300]}")
    if not trained_throughout:
        wrong.append("the training ended too early")
        print(wrong[-1])
    p95 = percentile95(times)
    who = f"{VISITORS} visitors, {STROKES_A_SECOND} strokes a second each, beside a training"
    return [
        Figure(
            f"{who}: p95 of an answer",
            f"{1e3 * p95:.0f} ms",
            COMMAND,
            must_hold=f"under {1e3 * P95_TARGET:.0f} ms",
            holds=p95 < P95_TARGET,
        ),
        Figure(
            "the same: errors, or answers to another drawing",
            f"{len(wrong)} of {len(times):,}",
            COMMAND,
            must_hold="none",
            holds=not wrong,
        ),
        growth("the same: growth of the page's process", memory, DRAWING_MEGABYTES),
    ]


def expected_answers(number: int) -> list[Drawing]:
    """A tab's own drawings with the shipped network's answers to them."""
    rng = np.random.default_rng(number)
    page = page_here().visit(str(number))
    drawings = []
    for digit in rng.integers(NUM_CLASSES, size=DRAWINGS):
        (strokes,) = write_digits(int(digit), 1, rng)
        placed = place_on_sheet(strokes, rng.uniform(0.4, 0.8), 0.04)
        sent = [stroke.round(4).tolist() for stroke in placed]
        page.draw(parse_strokes(sent))
        drawings.append((sent, render_reading(page.reading())))
    return drawings


@cache
def page_here() -> Visitors:
    """The visitors of a page in this process, whose network has the number it has there."""
    return Visitors(Recognizer.load())


def draw(tab, drawings, number, start, seconds, times, wrong) -> None:
    """Draw at fixed times; like the page, send the newest drawing, one request at a time.

    The time of a stroke runs until the first answer that takes the stroke into account.
    """
    pause = TABS / STROKES_A_SECOND
    first = start + pause * number / (VISITORS * TABS)
    count = round(seconds / pause)
    done = 0
    while done < count:
        time.sleep(max(0.0, first + pause * done - time.monotonic()))
        newest = min(count - 1, int((time.monotonic() - first) / pause))
        strokes, expected = drawings[newest % DRAWINGS]
        try:
            answer = tab.draw(strokes)
        except (OSError, Refused) as error:
            answer = f"{type(error).__name__}: {error}"
        if answer != expected:
            wrong.append(answer)
        times += [time.monotonic() - first - pause * turn for turn in range(done, newest + 1)]
        done = newest + 1


def start_training(trainer: Visitor) -> tuple[list[str], threading.Thread]:
    """Press Retrain; the returned thread appends the page's updates to the returned list."""
    heard: list[str] = []
    listener = threading.Thread(
        target=lambda: heard.extend(trainer.train(DEFAULT_PRESET, EPOCHS)), daemon=True
    )
    listener.start()
    return heard, listener


def measure_capacity(server: Server) -> Figure:
    """Count the drawings that one process answers when a crowd draws without a pause."""
    sheets = [expected_answers(number) for number in range(CROWD)]
    # The clients have a process of their own, as visitors have.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as client:
        times, wrong = client.submit(draw_without_pause, server.url, sheets).result()
    rate, p95 = len(times) / CAPACITY_SECONDS, percentile95(times)
    parts = parts_of_an_answer([strokes for sheet in sheets for strokes, _ in sheet])
    parts["server"] = 1e3 / rate - sum(parts.values())
    told = ", ".join(f"{name} {milliseconds:.2f}" for name, milliseconds in parts.items())
    print(f"capacity: milliseconds of an answer: {told}")
    return Figure(
        f"drawings that one process answers a second, p95 {1e3 * p95:.0f} ms",
        f"{rate:.0f}",
        COMMAND,
        must_hold=f"at least {CAPACITY_TARGET} at a p95 under {1e3 * CAPACITY_P95:.0f} ms",
        holds=rate >= CAPACITY_TARGET and p95 < CAPACITY_P95 and not wrong,
    )


def draw_without_pause(url: str, sheets: list[list[Drawing]]) -> tuple[list[float], int]:
    """Seconds of every answer to a crowd, and how many answers were wrong."""
    times: list[float] = []
    wrong: list[str] = []
    end = time.monotonic() + CAPACITY_SECONDS

    def draw_on(number: int) -> None:
        tab = Visitor(url, f"crowd-{number}")
        while time.monotonic() < end:
            for strokes, expected in sheets[number]:
                sent = time.monotonic()
                if (answer := tab.draw(strokes)) != expected:
                    wrong.append(answer)
                times.append(time.monotonic() - sent)

    in_parallel(draw_on, len(sheets))
    return times, len(wrong)


def parts_of_an_answer(drawings: list[list]) -> dict[str, float]:
    """Median milliseconds of each step from strokes to the panel, in this process."""
    page = page_here().visit("parts")

    def median(work: Callable, inputs: list) -> tuple[float, list]:
        times, results = [], []
        for each in inputs:
            started = time.perf_counter()
            results.append(work(each))
            times.append(time.perf_counter() - started)
        return 1e3 * statistics.median(times), results

    def show(strokes: list) -> str:
        page.draw(parse_strokes(strokes))
        return render_reading(page.reading())

    parsing, parsed = median(parse_strokes, drawings)
    rendering, inks = median(render, parsed)
    reading, _ = median(page.reader.recognizer.read_ink_lines, inks)
    whole, _ = median(show, drawings)
    return {
        "checking": parsing,
        "rendering": rendering,
        "reading": reading,
        "panel": whole - parsing - rendering - reading,
    }


def measure_idle(server: Server) -> list[Figure]:
    """Measure the memory of idle pages, and the answers meanwhile."""
    visitor = Visitor(server.url, "newcomer")
    ((strokes, expected),) = expected_answers(0)[:1]
    former = resident_bytes(server.process.pid)
    tabs = []
    for number in range(IDLE_TABS):
        tabs.append(Visitor(server.url, f"idle-{number}"))
        tabs[-1].arrive()
        tabs[-1].stay()
    memory = resident_bytes(server.process.pid) - former
    times, wrong = [], 0
    deadline = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < deadline:
        sent = time.monotonic()
        wrong += visitor.draw(strokes) != expected
        times.append(time.monotonic() - sent)
        time.sleep(0.1)
    for tab in tabs:
        tab.leave()
    p95 = percentile95(times)
    return [
        growth(f"{IDLE_TABS} open pages: growth of the page's process", memory, IDLE_MEGABYTES),
        Figure(
            f"an answer while {IDLE_TABS} pages are open, p95",
            f"{1e3 * p95:.0f} ms",
            COMMAND,
            must_hold=f"under {1e3 * P95_TARGET:.0f} ms",
            holds=p95 < P95_TARGET and not wrong,
        ),
    ]


def measure_burst(server: Server) -> Figure:
    """Count what becomes of each click when all visitors press Retrain at once."""
    crowd = [Visitor(server.url, f"crowd-{number}") for number in range(CLICKS)]
    heard = ["nothing"] * CLICKS
    listeners = threading.Thread(
        target=in_parallel, args=(lambda number: click(crowd, heard, number), CLICKS)
    )
    listeners.start()
    bystander = Visitor(server.url, "bystander")
    ((strokes, expected),) = expected_answers(0)[:1]
    times, workers, wrong = [], 0, 0
    deadline = time.monotonic() + BURST_SECONDS
    while time.monotonic() < deadline and (not workers or "nothing" in heard):
        sent = time.monotonic()
        wrong += bystander.draw(strokes) != expected
        times.append(time.monotonic() - sent)
        workers = max(workers, len(server.workers()))
        time.sleep(0.1)
    for visitor in crowd:
        visitor.leave()
    listeners.join()
    fates = Counter(heard)
    print(f"burst: {dict(fates)}; answers meanwhile at most {1e3 * max(times):.0f} ms")
    trains, told = fates["trains"], fates["full line"] + fates["full queue"]
    return Figure(
        f"{CLICKS} clicks on Retrain at once",
        f"{trains} trains, {fates['waits']} wait, {told} read that the line is full",
        COMMAND,
        must_hold="1 trains, nobody goes without a response, drawings are answered",
        holds=trains == workers == 1 and not fates["nothing"] and not wrong,
    )


def click(crowd: list[Visitor], heard: list[str], number: int) -> None:
    """Press Retrain and note the first update that tells what becomes of the click."""
    words = {
        "full line": texts.LINE_FULL,
        "waits": texts.WAITING,
        "trains": "Epoch 1 of",
    }
    try:
        for line in crowd[number].train(DEFAULT_PRESET, EPOCHS):
            for fate, word in words.items():
                if word in line:
                    heard[number] = fate
                    return
    except Refused as error:
        heard[number] = "full queue" if error.status == 503 else str(error)
    except (OSError, ValueError, AttributeError):
        pass  # the tab was closed meanwhile


def growth(name: str, size: int, limit: int) -> Figure:
    """The figure of memory that may grow up to a limit."""
    return Figure(
        name,
        f"{size / 2**20:.0f} MB",
        COMMAND,
        must_hold=f"at most {limit} MB",
        holds=size <= limit * 2**20,
    )


def in_parallel(work: Callable[[int], None], count: int) -> None:
    """Call `work` with each number below `count`, each in a thread of its own."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    run(main)
