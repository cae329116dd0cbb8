"""Measures the milliseconds from a picture to its digit, beside the tutorial's way.

    python tests/benchmarks/predict_latency.py

The tutorial resizes the picture, thresholds its pixels in a loop and calls Keras's
`model.predict`. Both ways get the same 480x480 picture in the same run; this project's time
includes everything up to the Prediction. Larger pictures are measured, too.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import Recognizer, training
from digit_recognizer.handwriting.digits import write_digits
from digit_recognizer.ink.strokes import place_on_sheet, render
from tests.benchmarks.figures import Figure, conclude, parser, run

ROUNDS = 6
RUNS = 10
TARGET_RATIO = 15
TARGETS = {"480": 5, "file": 60, "memory": 30}
"""Highest medians in milliseconds."""


def main() -> int:
    """Measure in turns and print a table; returns the exit status."""
    flags = parser(__doc__).parse_args()
    recognizer = Recognizer.load()
    tutorial = tutorial_way()
    picture = draw_picture(480)
    large = picture.resize((4000, 3000), Image.Resampling.BICUBIC)
    ours, theirs = in_turns(lambda: recognizer.predict(picture), lambda: tutorial(picture))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.jpg"
        large.save(path, quality=90)
        from_disk, in_memory = in_turns(
            lambda: recognizer.predict(path), lambda: recognizer.predict(large)
        )
    print(f"{'from a picture to a digit':<36}{'median ms':>10}{'slowest ms':>12}")
    for name, seconds in (
        ("480x480, here", ours),
        ("480x480, the tutorial's way", theirs),
        ("12-megapixel JPEG file, here", from_disk),
        ("12 megapixels in memory, here", in_memory),
    ):
        print(f"{name:<36}{1e3 * statistics.median(seconds):>10.2f}{1e3 * max(seconds):>12.2f}")
    small, slow, file, memory = (
        1e3 * statistics.median(times) for times in (ours, theirs, from_disk, in_memory)
    )
    ratio = slow / small
    return conclude(
        [
            Figure(
                "a 480x480 picture to its digit",
                f"{small:.1f} ms",
                "predict_latency.py",
                f"{slow:.0f} ms in the tutorial's way",
                f"{ratio:.1f} times faster",
                f"{TARGET_RATIO} times faster, under {TARGETS['480']} ms",
                ratio >= TARGET_RATIO and small < TARGETS["480"],
            ),
            below(TARGETS["file"], "a 12-megapixel JPEG file to its digit", file),
            below(TARGETS["memory"], "12 megapixels in memory to their digit", memory),
        ],
        flags,
    )


def below(target: int, name: str, milliseconds: float) -> Figure:
    """The figure of a time that must stay under `target`."""
    return Figure(
        name, f"{milliseconds:.0f} ms", "predict_latency.py", must_hold=f"under {target} ms",
        holds=milliseconds < target,
    )  # fmt: skip


def tutorial_way() -> Callable[[Image.Image], int]:
    """The tutorial's network and preprocessing, written anew; the network is untrained."""
    training.load()
    import keras

    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )

    def predict(picture: Image.Image) -> int:
        small = picture.convert("L").resize((28, 28))
        pixels = np.zeros((1, 28, 28))
        for row in range(28):
            for column in range(28):
                dark = 255 - small.getpixel((column, row))
                pixels[0, row, column] = dark / 255 if dark > 75 else 0
        return int(np.argmax(model.predict(pixels, verbose=0)))

    return predict


def draw_picture(size: int) -> Image.Image:
    """A handwritten two, black on white."""
    (strokes,) = write_digits(2, 1, np.random.default_rng(1))
    ink = render(place_on_sheet(strokes, 0.6, 0.04), size)
    return Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).convert("RGB")


def in_turns(one: Callable, other: Callable) -> tuple[list[float], list[float]]:
    """Seconds of each call; the rounds alternate, so that a busy machine slows both alike.

    The first two calls of a round are not counted, since TensorFlow's threads spin on for a while.
    """
    timings: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for seconds, call in zip(timings, (one, other), strict=True):
            for number in range(RUNS + 2):
                started = time.perf_counter()
                call()
                if number >= 2:
                    seconds.append(time.perf_counter() - started)
    return timings


if __name__ == "__main__":
    run(main)
