"""Measures the server's milliseconds for each lesson and for the GIF, and the size of each.

    python tests/benchmarks/lessons.py

The drawings are generated; the largest one has as many strokes and points as the sheet accepts. A
GIF must be made within a second, and "Inside", which follows the pen, within three milliseconds.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import Recognizer
from digit_recognizer.constants import NUM_CLASSES, PEN_WIDTH
from digit_recognizer.handwriting.digits import write_digits
from digit_recognizer.ink.strokes import MAX_POINTS, MAX_STROKES, Strokes, place_on_sheet, render
from digit_recognizer.ui.lessons.inside import render_inside
from digit_recognizer.ui.lessons.looks import render_looks
from digit_recognizer.ui.lessons.misread import render_stages
from digit_recognizer.ui.sketchpad.gif import render_replay
from tests.benchmarks.figures import Figure, conclude, parser, run

ROUNDS = 3
TARGET_MS = 1000
INSIDE_MS = 3.0


def main() -> int:
    flags = parser(__doc__).parse_args()
    recognizer = Recognizer.load()
    drawings = drawn_digits()
    # The page has the answer already when it draws the lesson.
    answers = {id(drawn): recognizer.predict_ink(render(drawn)) for drawn in drawings}
    largest = [scribble(np.random.default_rng(0))]
    works: dict[str, tuple[list[Strokes], Callable[[Strokes], str | bytes]]] = {
        "Inside": (drawings, lambda drawn: render_inside(recognizer.mlp, answers[id(drawn)])),
        "What it sees": (drawings, lambda drawn: render_stages(recognizer, render(drawn))),
        "Why this answer?": (
            drawings,
            lambda drawn: render_looks(recognizer, recognizer.predict_ink(render(drawn))),
        ),
        "GIF of a digit": (drawings, lambda drawn: render_replay(drawn, recognizer)),
        "GIF of the largest drawing": (largest, lambda drawn: render_replay(drawn, recognizer)),
    }
    print(f"{'':<28}{'median ms':>10}{'slowest ms':>12}{'largest kB':>12}")
    slowest_gif = inside = 0.0
    for name, (inputs, work) in works.items():
        times, sizes = measure(inputs, work)
        middle, most = statistics.median(times), max(times)
        print(f"{name:<28}{middle:>10.1f}{most:>12.1f}{max(sizes) / 1e3:>12.0f}")
        if "GIF" in name:
            slowest_gif = max(slowest_gif, max(times))
        if name == "Inside":
            inside = middle
    return conclude(
        [
            Figure(
                "a drawing saved as a GIF, slowest of all",
                f"{slowest_gif:.0f} ms",
                "lessons.py",
                must_hold=f"under {TARGET_MS} ms",
                holds=slowest_gif < TARGET_MS,
            ),
            Figure(
                '"Inside" drawn for an answer, at the median',
                f"{inside:.1f} ms",
                "lessons.py",
                must_hold=f"at most {INSIDE_MS:g} ms",
                holds=inside <= INSIDE_MS,
            ),
        ],
        flags,
    )


def measure(inputs: list[Strokes], work: Callable) -> tuple[list[float], list[int]]:
    """Milliseconds and bytes of each result; one call to warm up is not counted."""
    work(inputs[0])
    times, sizes = [], []
    for _ in range(ROUNDS):
        for strokes in inputs:
            start = time.perf_counter()
            result = work(strokes)
            times.append(1e3 * (time.perf_counter() - start))
            sizes.append(len(result))
    return times, sizes


def drawn_digits() -> list[Strokes]:
    """A handwritten digit of each kind, on a sheet."""
    generator = np.random.default_rng(1)
    written = (write_digits(digit, 1, generator)[0] for digit in range(NUM_CLASSES))
    return [place_on_sheet(strokes, 0.6, PEN_WIDTH) for strokes in written]


def scribble(generator: np.random.Generator) -> Strokes:
    """A scribble all over the sheet, with as many strokes and points as the sheet accepts."""
    steps = generator.normal(0, 0.02, (MAX_STROKES, MAX_POINTS // MAX_STROKES, 2))
    points = np.cumsum(steps, axis=1) + generator.random((MAX_STROKES, 1, 2))
    return list(points.clip(0, 1).astype(np.float32))


if __name__ == "__main__":
    run(main)
