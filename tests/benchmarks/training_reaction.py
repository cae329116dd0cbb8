"""Times the page's reaction to Retrain, Stop, a closed tab and Learn my handwriting, in Chromium.

    python tests/benchmarks/training_reaction.py [--rounds 5]

Retrain: from the click to the first trained epoch, with the `quick` recipe, at most 0.9 s, and to
the end of all its epochs, at most 3 s. The worker has loaded TensorFlow and compiled its programs
before, while the visitor looked around, as the page arranges it; one more time is taken on a server
that has just been started, at most 6 s.
Stop: from the click in the middle of an epoch to the status "Stopped", at most 1 s.
Closed tab: from closing the tab of a training to the end of its worker's process, at most 5 s.
Learn my handwriting: from the click, with three samples, to the answer of the fine-tuned
network, under 4 s.
"""

import contextlib
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser  # noqa: E402

from digit_recognizer.training.config import PRESETS  # noqa: E402
from tests.benchmarks.figures import Figure, conclude, parser, run  # noqa: E402
from tests.benchmarks.tools import chromium  # noqa: E402
from tests.browser.digit_page import DigitPage  # noqa: E402
from tests.browser.server import Server, running_server, wait_for  # noqa: E402
from tests.browser.teaching_page import correct, hook, open_teach  # noqa: E402

COMMAND = "training_reaction.py"
WARM_UP_SECONDS = 20
FIRST_POINT_LIMIT, DONE_LIMIT, COLD_LIMIT = 0.9, 3, 6
STOP_LIMIT, CLOSED_LIMIT, LEARNING_LIMIT = 1, 5, 4
# The seconds from a click to the frame that paints its outcome, by the browser's own clock.
STOPWATCH = """
([button, isDone]) => new Promise((resolve) => {
  const started = performance.now();
  const watch = new MutationObserver(() => {
    if (!eval(isDone)) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve((performance.now() - started) / 1000));
  });
  watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  document.querySelector(button).click();
})
"""
FIRST_POINT = ["#retrain", """document.querySelector('#time-machine [data-epoch="1"]')"""]
DONE = ["#retrain", "document.querySelector('#training-status').innerText.includes('Done')"]
LEARNT = ['[data-act="learn"]', """document.querySelector('[data-score="test"]')"""]
STOPPED = ["#stop", "document.querySelector('#training-status').innerText.includes('Stopped')"]


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=5, help="times of each (%(default)s)")
    flags = arguments.parse_args()
    first_points, dones, stops, closings, learnings = [], [], [], [], []
    with chromium() as browser, running_server() as server:
        with open_tab(browser, server) as tab:
            cold = tab.page.evaluate(STOPWATCH, FIRST_POINT)
        for _ in range(flags.rounds):
            time.sleep(WARM_UP_SECONDS)
            with open_tab(browser, server) as tab:
                first_points.append(tab.page.evaluate(STOPWATCH, FIRST_POINT))
                tab.wait_for_status("batch")
                stops.append(tab.page.evaluate(STOPWATCH, STOPPED))
                tab.fill("#epochs input[type=number]", str(PRESETS["quick"].epochs))
                tab.page.keyboard.press("Tab")
                tab.page.wait_for_timeout(500)  # until the page has taken the number
                dones.append(tab.page.evaluate(STOPWATCH, DONE))
            closings.append(close_tab(browser, server))
            learnings.append(learn(browser, server))
    return conclude(
        [
            middle(
                "click on Retrain to the first trained epoch, `quick`",
                first_points,
                FIRST_POINT_LIMIT,
            ),
            middle("the same on a server just started", [cold], COLD_LIMIT),
            middle("click on Retrain to the end of the training, `quick`", dones, DONE_LIMIT),
            slowest("click on Stop in mid-epoch to the end of the training", stops, STOP_LIMIT),
            slowest("tab of a training closed to the end of its worker", closings, CLOSED_LIMIT),
            middle(
                "click on Learn my handwriting to the fine-tuned network's answer, three drawings",
                learnings,
                LEARNING_LIMIT,
            ),
        ],
        flags,
    )


def middle(name: str, seconds: list[float], limit: float) -> Figure:
    """The figure of a reaction whose median must be quick."""
    return Figure(
        name,
        f"{statistics.median(seconds):.2f} s",
        COMMAND,
        must_hold=f"at most {limit} s",
        holds=statistics.median(seconds) <= limit,
    )


def slowest(name: str, seconds: list[float], limit: float) -> Figure:
    """The figure of a reaction that must be quick every time."""
    return Figure(
        f"{name}, slowest of {len(seconds)}",
        f"{max(seconds):.1f} s",
        COMMAND,
        must_hold=f"at most {limit} s",
        holds=max(seconds) <= limit,
    )


@contextlib.contextmanager
def open_tab(browser: Browser, server: Server) -> Iterator[DigitPage]:
    """A tab in which a long training is set up; it is closed at the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = DigitPage(context.new_page()).open(server.url)
    tab.choose("quick", 50)
    yield tab
    context.close()


def close_tab(browser: Browser, server: Server) -> float:
    """Seconds from closing the tab of a training to the end of its worker."""
    with open_tab(browser, server) as tab:
        tab.page.click("#retrain")
        tab.wait_for_status("batch")
        workers = server.workers()
        started = time.monotonic()
    wait_for(lambda: not workers & server.workers(), 60)
    return time.monotonic() - started


def learn(browser: Browser, server: Server) -> float:
    """Seconds from the click on Learn my handwriting to the answer, with a worker that is ready."""
    with open_tab(browser, server) as tab:
        open_teach(tab)
        for number in range(3):
            correct(tab, hook(number), 7)
        time.sleep(WARM_UP_SECONDS)
        return tab.page.evaluate(STOPWATCH, LEARNT)


if __name__ == "__main__":
    run(main)
