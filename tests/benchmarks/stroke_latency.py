"""Measures the milliseconds from pen-up to the answer in Chromium, beside an idle handler.

    python tests/benchmarks/stroke_latency.py [--strokes 30]

The bare page has the same canvas and a handler that returns a constant, as stock Gradio would serve
it. Both are measured in the browser, by turns. The ratio may be at most 1.5.
"""

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.figures import Figure, conclude, parser, run  # noqa: E402
from tests.benchmarks.tools import bare_page, chromium, percentile95  # noqa: E402
from tests.browser.digit_page import DIGITS, DigitPage  # noqa: E402
from tests.browser.server import running_server  # noqa: E402

BARE_PAGE = """
import sys
import gradio as gr

def constant(value):
    return f'<b data-digit="1" data-strokes="{len(value)}">1</b>'

with gr.Blocks() as page:
    canvas = gr.HTML(
        html_template='<canvas width="400" height="400"></canvas>',
        js_on_load='''
          const canvas = element.querySelector('canvas');
          let strokes = [];
          canvas.addEventListener('pointerup', (event) => {
            strokes = [...strokes, [[event.offsetX, event.offsetY]]];
            props.value = strokes;
            trigger('input');
          });
        ''',
        elem_id="sketchpad",
    )
    canvas.preprocess = lambda payload: payload
    answer = gr.HTML(elem_id="prediction")
    canvas.input(constant, canvas, answer, show_progress="hidden")
page.launch(server_port=int(sys.argv[1]), quiet=True)
"""
# The clock starts when the pen lifts, and stops when the panel has changed and been painted.
STOPWATCH = """
() => {
  window.stopwatch = { start: null, stop: null };
  document.querySelector('#sketchpad canvas').addEventListener('pointerup', () => {
    window.stopwatch = { start: performance.now(), stop: null };
  }, true);
  new MutationObserver(() => {
    if (window.stopwatch.start !== null) {
      requestAnimationFrame(() => { window.stopwatch.stop = performance.now(); });
    }
  }).observe(document.querySelector('#prediction'), {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
}
"""
TARGET = 1.5


def milliseconds(tab: DigitPage, stroke: list[tuple[float, float]]) -> float:
    """Draw one stroke and wait until the page has answered and is at rest."""
    tab.draw([stroke])
    tab.page.wait_for_function("window.stopwatch.stop !== null")
    tab.page.wait_for_timeout(250)
    return tab.page.evaluate("window.stopwatch.stop - window.stopwatch.start")


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--strokes", type=int, default=30, help="strokes a page (%(default)s)")
    flags = arguments.parse_args()
    with bare_page(BARE_PAGE) as bare_url, running_server() as server, chromium() as browser:
        tabs = {}
        for name, url in {"bare handler": bare_url, "app.py": server.url}.items():
            tabs[name] = DigitPage(browser.new_page())
            tabs[name].page.goto(url)
            tabs[name].sheet.wait_for()
        time.sleep(15)  # the page warms up a worker for a training, once, after the first visit
        times = measure(tabs, flags.strokes)
    print(f"{'':14}{'median ms':>11}{'p95 ms':>9}")
    for name, values in times.items():
        print(f"{name:14}{statistics.median(values):11.0f}{percentile95(values):9.0f}")
    bare, ours = (statistics.median(values) for values in times.values())
    ratio = ours / bare
    return conclude(
        [
            Figure(
                "pen lifted to the answer, in Chromium",
                f"{ours:.0f} ms",
                "stroke_latency.py",
                f"{bare:.0f} ms with a handler that does nothing",
                f"{ratio:.2f} times as long",
                f"at most {TARGET} times",
                ratio <= TARGET,
            )
        ],
        flags,
    )


def measure(tabs: dict[str, DigitPage], count: int) -> dict[str, list[float]]:
    """Times by page; the tabs take turns, each in front while it is drawn on."""
    times = {name: [] for name in tabs}
    for tab in tabs.values():
        tab.page.evaluate(STOPWATCH)
        milliseconds(tab, DIGITS[1][0])
    strokes = [stroke for digit in DIGITS.values() for stroke in digit]
    for index in range(count):
        for name, tab in tabs.items():
            tab.page.bring_to_front()
            times[name].append(milliseconds(tab, strokes[index % len(strokes)]))
            if tab.page.locator("#clear").count():
                tab.page.click("#clear")
                tab.expect_no_digit()
    return times


if __name__ == "__main__":
    run(main)
