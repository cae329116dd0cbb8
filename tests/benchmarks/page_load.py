"""Measures the milliseconds from navigation to a usable sheet, beside a bare Gradio page.

    python tests/benchmarks/page_load.py [--loads 10]

The browser's own clock starts with the navigation and stops when the first stroke appears on the
sheet: the mouse keeps clicking at it from the beginning, as an impatient visitor would. The bare
page has one component, and its clock stops when the component is painted. A "cold" visit is the
first one of a new browser, a "warm" visit its second; the pages take turns. Shift is the cumulative
layout shift after the first paint. The sheet must be usable within 1.5 s, without any shift.
"""

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
TARGET = 1500


def load(context: BrowserContext, url: str, last: str) -> dict[str, float]:
    """The milliseconds at which each element of a visit was seen, up to `last`; and the shift."""
    page = context.new_page()
    page.add_init_script(CLOCK)
    page.add_init_script(SHIFTS)
    page.goto(url, wait_until="commit")
    while last not in (seen := page.evaluate("window.seen ?? {}")):
        if last != "painted" and "stroke" not in seen:
            page.mouse.click(580, 280)
        page.wait_for_timeout(5)
    page.wait_for_timeout(SETTLING)
    seen["shift"] = page.evaluate("window.shift")
    page.close()
    return seen


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--loads", type=int, default=10, help="loads of each kind (%(default)s)")
    flags = arguments.parse_args()
    seen = defaultdict(list)
    with bare_page(BARE_PAGE) as bare_url, running_server() as server, chromium() as browser:
        pages = {"bare Gradio page": (bare_url, "painted"), "app.py": (server.url, "answer")}
        for url, last in pages.values():
            load(browser.new_context(), url, last)
        time.sleep(15)  # the page warms up a worker for a training, once, after the first visit
        for _ in range(flags.loads):
            for name, (url, last) in pages.items():
                context = browser.new_context(viewport={"width": 1280, "height": 720})
                for cache in ("cold", "warm"):
                    seen[name, cache].append(load(context, url, last))
                context.close()
    print(f"{'median ms':24}{'painted':>10}{'stroke':>10}{'answer':>10}{'shift':>10}")
    for (name, cache), visits in seen.items():
        print(f"{name + ', ' + cache:24}", end="")
        for what in ("painted", "stroke", "answer"):
            times = [visit[what] for visit in visits if what in visit]
            print(f"{statistics.median(times):10.0f}" if times else " " * 10, end="")
        print(f"{max(visit['shift'] for visit in visits):10.4f}")
    visits = seen["app.py", "cold"]
    usable = statistics.median(visit["stroke"] for visit in visits)
    bare = statistics.median(visit["painted"] for visit in seen["bare Gradio page", "cold"])
    shift = max(visit["shift"] for visit in visits)
    return conclude(
        [
            Figure(
                "navigation to a usable sheet, nothing cached",
                f"{usable:.0f} ms, shift {shift:.4f}",
                "page_load.py",
                f"{bare:.0f} ms for a bare Gradio page",
                f"{usable / bare:.2f} times as long",
                f"at most {TARGET} ms, no shift",
                usable <= TARGET and shift == 0,
            )
        ],
        flags,
    )


if __name__ == "__main__":
    run(main)
