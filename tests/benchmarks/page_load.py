"""Measures the milliseconds from navigation to a usable sheet, beside a bare Gradio page.

    python tests/benchmarks/page_load.py [--loads 10]

The browser's own clock starts with the navigation and stops when the first stroke appears on the
sheet: the mouse keeps clicking at it from the beginning, as an impatient visitor would. The bare
page has one component, and its clock stops when the component is painted. A "cold" visit is the
first one of a new browser, a "warm" visit its second; the pages take turns. Shift is the cumulative
layout shift after the first paint. The sheet must be usable within 1.5 s, without any shift.

The same visits are made as on a phone far away, at 1.6 Mbit/s with round trips of 150 ms, and the
bytes that arrive are counted, headers included.
"""

import itertools
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import BrowserContext  # noqa: E402

from tests.benchmarks.figures import Figure, conclude, parser, run  # noqa: E402
from tests.benchmarks.tools import bare_page, chromium  # noqa: E402
from tests.browser.digit_page import SHIFTS  # noqa: E402
from tests.browser.server import running_server  # noqa: E402

COMMAND = "page_load.py"
BARE, OURS = "bare Gradio page", "app.py"
BARE_PAGE = """
import sys
import gradio as gr
with gr.Blocks() as page:
    gr.HTML('<p id="bare">bare</p>')
page.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False)
"""
# Notes the time of the first frame that shows each of these elements.
CLOCK = """
(() => {
  window.seen = {};
  const watch = () => {
    for (const [name, selector] of [
      ['painted', '#bare, #sketchpad canvas'],
      ['stroke', '#clear:enabled'],
      ['answer', '#prediction [data-digit]'],
    ]) {
      if (!(name in window.seen) && document.querySelector(selector)) {
        window.seen[name] = performance.now();
      }
    }
    requestAnimationFrame(watch);
  };
  watch();
})();
"""
SETTLING = 1500
SETTLING_AFAR = 4000
TARGET = 1500
TARGET_RATIO = 1.5
AFAR = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 2e5}
"""Milliseconds, and bytes a second."""
TARGET_RATIO_AFAR = 1.15
TARGET_KILOBYTES = {"cold": 270, "warm": 60}


def load(context: BrowserContext, url: str, last: str, afar: bool = False) -> dict[str, float]:
    """The milliseconds at which each element of a visit was seen, up to `last`; its layout shift,
    and the kilobytes that arrived."""
    page = context.new_page()
    page.add_init_script(CLOCK)
    page.add_init_script(SHIFTS)
    network = context.new_cdp_session(page)
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    network.send("Network.enable")
    if afar:
        network.send("Network.emulateNetworkConditions", AFAR)
    page.goto(url, wait_until="commit")
    while last not in (seen := page.evaluate("window.seen ?? {}")):
        if last != "painted" and "stroke" not in seen:
            page.mouse.click(580, 280)
        page.wait_for_timeout(5)
    page.wait_for_timeout(SETTLING_AFAR if afar else SETTLING)
    seen |= {"shift": page.evaluate("window.shift"), "kilobytes": sum(sizes) / 1000}
    page.close()
    return seen


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--loads", type=int, default=10, help="loads of each kind (%(default)s)")
    flags = arguments.parse_args()
    seen = defaultdict(list)
    with bare_page(BARE_PAGE) as bare_url, running_server() as server, chromium() as browser:
        pages = {BARE: (bare_url, "painted"), OURS: (server.url, "answer")}
        for url, last in pages.values():
            load(browser.new_context(), url, last)
        time.sleep(15)  # the page warms up a worker for a training, once, after the first visit
        for number in range(flags.loads):
            # Visits from afar take long and differ little.
            places = (False, True) if number % 4 == 0 else (False,)
            for (name, (url, last)), afar in itertools.product(pages.items(), places):
                context = browser.new_context(viewport={"width": 1280, "height": 720})
                for cache in ("cold", "warm"):
                    seen[name, cache, afar].append(load(context, url, last, afar))
                context.close()
    columns = ("painted", "stroke", "answer", "shift", "kilobytes")
    print(f"{'medians, in ms':32}" + "".join(f"{column:>11}" for column in columns))
    for (name, cache, afar), visits in seen.items():
        row = [f"{median(visits, column):11.4g}" for column in columns if column in visits[0]]
        row[1:1] = [" " * 11] * 2 * (name != OURS)
        print(f"{', '.join([name, cache, *['afar'] * afar]):32}" + "".join(row))
    return conclude([*times(seen), *sizes_of(seen)], flags)


def median(visits: list[dict[str, float]], what: str) -> float:
    return statistics.median(visit[what] for visit in visits)


def times(seen: dict[tuple[str, str, bool], list]) -> list[Figure]:
    """How long a first visit takes, near and far, beside a bare page."""
    figures = []
    for afar, limit in ((False, TARGET_RATIO), (True, TARGET_RATIO_AFAR)):
        visits = seen[OURS, "cold", afar]
        usable = median(visits, "stroke")
        bare = median(seen[BARE, "cold", afar], "painted")
        shift = max(visit["shift"] for visit in visits)
        figures.append(
            Figure(
                "navigation to a usable sheet, nothing cached" + ", from afar" * afar,
                f"{usable:.0f} ms, shift {shift:.4f}",
                COMMAND,
                f"{bare:.0f} ms for a bare Gradio page",
                f"{usable / bare:.2f} times as long",
                f"at most {limit} times, no shift" + f", {TARGET} ms" * (not afar),
                usable <= limit * bare and shift == 0 and (afar or usable <= TARGET),
            )
        )
    return figures


def sizes_of(seen: dict[tuple[str, str, bool], list]) -> list[Figure]:
    """How much a first and a second visit load, beside a bare page."""
    figures = []
    for cache, limit in TARGET_KILOBYTES.items():
        here, bare = (median(seen[name, cache, False], "kilobytes") for name in (OURS, BARE))
        figures.append(
            Figure(
                f"kilobytes of a {cache} visit",
                f"{here:.0f}",
                COMMAND,
                f"{bare:.0f} for a bare Gradio page",
                f"{here / bare:.2f} times as many",
                f"at most {limit}",
                here <= limit,
            )
        )
    return figures


if __name__ == "__main__":
    run(main)
