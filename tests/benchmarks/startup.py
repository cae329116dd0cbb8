"""Measures the seconds from `python app.py` to the first HTTP 200, beside a bare Gradio page.

    python tests/benchmarks/startup.py [--runs 5]

The bare page has one component. The two start by turns, so that a busy machine slows both. The
ratio may be at most 1.3.
"""

import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.figures import Figure, conclude, parser, run  # noqa: E402
from tests.browser.server import free_port  # noqa: E402

BARE_PAGE = """
import sys
import gradio as gr
with gr.Blocks() as page:
    gr.HTML("bare")
page.launch(server_port=int(sys.argv[2]), quiet=True)
"""
TARGET = 1.3


def seconds_to_answer(*command: str) -> float:
    """Start a server on a free port and wait for its first page."""
    port = free_port()
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as response:
                    assert response.status == 200
                    return time.perf_counter() - start
            except OSError:
                time.sleep(0.01)
        raise SystemExit(f"{command[0]} ended with status {process.returncode}")
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--runs", type=int, default=5, help="starts of each page (%(default)s)")
    flags = arguments.parse_args()
    commands = {"bare Gradio page": ("-c", BARE_PAGE), "app.py": ("app.py",)}
    seconds = {name: [] for name in commands}
    for command in commands.values():
        seconds_to_answer(*command)  # fills the caches of bytecode and files
    for _ in range(flags.runs):
        for name, command in commands.items():
            seconds[name].append(seconds_to_answer(*command))
    print(f"{'':18}{'median s':>10}{'least s':>10}{'most s':>10}")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"{name:18}{median:10.2f}{min(values):10.2f}{max(values):10.2f}")
    bare, ours = (statistics.median(values) for values in seconds.values())
    ratio = ours / bare
    return conclude(
        [
            Figure(
                "`python app.py` to the first answer",
                f"{ours:.1f} s",
                "startup.py",
                f"{bare:.1f} s for a bare Gradio page",
                f"{ratio:.2f} times as long",
                f"at most {TARGET} times",
                ratio <= TARGET,
            )
        ],
        flags,
    )


if __name__ == "__main__":
    run(main)
