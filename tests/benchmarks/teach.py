"""Measures how well a network learns a shape from three corrections, and how much it forgets.

    python tests/benchmarks/teach.py

The shapes are unusual ones, written by different hands, which the shipped network misreads or
refuses. Three drawings of a shape are taught; then twenty others are read as the page would read
them. A drawing is read right when it is read as the one right digit and not refused. Each shape is
taught to the shipped network on its own; at last all are taught together. Needs MNIST.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import Prediction, Recognizer, training
from digit_recognizer.constants import PEN_WIDTH, SHIPPED_MODEL
from digit_recognizer.handwriting.digits import draw_digits, write_style
from digit_recognizer.handwriting.styles import Style
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.strokes import place_on_sheet, render
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import FineTuning
from digit_recognizer.training.dataset import Dataset, load_dataset
from tests.benchmarks.figures import Figure, conclude, parser, run

TAUGHT, NEW = 3, 20
SIZES = (0.4, 0.9)
UNUSUAL = 0.5
"""A shape is left out when at least this share of it is read right before it is taught."""
FEWEST_SHAPES = 20
OTHERS = 2_000
LEARNT = 0.6
FORGOTTEN = 0.003
SECONDS = 5

SHAPES = {
    "7 like a lambda": (7, ".2,.0 .4,.4 .6,1 ; .4,.4 .1,1", ".3,.0 .5,.5 .9,1 ; .5,.5 .05,1"),
    "4 like a bolt": (4, ".5,.0 | .1,.55 | .5,.5 | .1,1", ".7,.0 | .0,.6 | .8,.45 | .2,1"),
    "1 like a caret": (1, ".0,1 | .3,.0 | .6,1", ".0,1 | .5,.0 | .95,.95"),
    "1 like an arrow": (
        1, ".3,1 .3,.5 .3,.0 ; .0,.35 | .3,.0 | .6,.35", ".4,1 .4,.5 .4,.0 ; .0,.45 | .4,.0 | .8,.5"
    ),
    "3 as three bars": (
        3, ".0,.0 .0,1 ; .3,.0 .3,1 ; .6,.0 .6,1", ".0,.1 .0,.9 ; .45,.0 .4,1 ; .9,.05 .85,1"
    ),
    "3 as three lines": (
        3, ".1,.0 .6,.0 ; .15,.5 .55,.5 ; .0,1 .7,1", ".0,.05 1,.0 ; .1,.5 .9,.45 ; -.1,1 1.1,.95"
    ),
    "2 as two lines": (2, ".1,.0 .6,.0 ; .0,.6 .7,.6", ".1,.05 1,.0 ; -.1,.8 1.1,.75"),
    "4 as four bars": (
        4,
        ".0,.0 .0,1 ; .25,.0 .25,1 ; .5,.0 .5,1 ; .75,.0 .75,1",
        ".0,.05 .0,1 ; .35,.0 .35,.95 ; .7,.1 .7,1 ; 1.05,.0 1,1",
    ),
    "5 as a crossed tally": (
        5,
        ".1,.0 .1,1 ; .35,.0 .35,1 ; .6,.0 .6,1 ; .85,.0 .85,1 ; .0,.75 .95,.25",
        ".1,.0 .1,1 ; .4,.05 .4,1 ; .75,.0 .75,.95 ; 1.05,.0 1.05,1 ; -.1,.95 1.2,.05",
    ),
    "4 as IV": (4, ".0,.0 .0,1 ; .2,.0 | .5,1 | .8,.0", ".0,.05 .0,.95 ; .35,.0 | .7,1 | 1.05,.05"),
    "6 as VI": (6, ".0,.0 | .3,1 | .6,.0 ; .8,.0 .8,1", ".0,.05 | .35,1 | .7,.0 ; 1.05,.0 1,1"),
    "8 as two strokes": (
        8, ".35,.0 .25,.5 .0,1 ; .5,.0 .6,.5 .9,1", ".4,.1 .3,.6 .0,1 ; .6,.0 .8,.5 1.1,1"
    ),
    "7 like a t": (
        7,
        ".0,.45 .7,.35 ; .35,.0 .35,.6 .4,.95 .6,1 .75,.8",
        "-.1,.55 1,.35 ; .4,.0 .4,.6 .45,1 .8,1 1,.75",
    ),
    "4 like an epsilon": (
        4,
        ".55,.05 .2,.05 .1,.25 .35,.45 | .05,.6 .05,.9 .35,1 .6,.9",
        ".8,.1 .3,.0 .1,.25 .5,.5 | .0,.65 .0,.95 .4,1.05 .85,.85",
    ),
    "8 as infinity": (
        8,
        ".5,.5 .25,.25 .0,.5 .25,.75 .5,.5 .75,.25 1,.5 .75,.75 .5,.5",
        ".55,.5 .25,.15 -.1,.5 .25,.85 .55,.5 .85,.15 1.2,.5 .85,.85 .55,.5",
    ),
    "3 like a sigma": (
        3,
        ".6,.0 .3,.0 .0,.0 | .4,.5 | .0,1 .3,1 .6,1",
        ".9,.1 .4,.0 .0,.0 | .5,.5 | .0,1 .4,1 .9,.9",
    ),
    "2 like an N": (2, ".0,1 | .0,.0 | .6,1 | .6,.0", ".0,.95 | .1,.0 | .8,1 | .9,.0"),
    "5 as a star": (
        5,
        ".2,1 | .45,.0 | .7,1 | .0,.38 | .9,.38 | .2,1",
        ".2,1 | .5,.0 | .85,.95 | -.1,.4 | 1.1,.35 | .2,1",
    ),
    "0 as a cross": (0, ".0,.0 .6,1 ; .6,.0 .0,1", ".0,.1 .9,1 ; .9,.0 .0,.95"),
    "0 as a spiral": (
        0,
        ".4,.5 .5,.4 .6,.5 .5,.7 .25,.65 .2,.35 .5,.15 .85,.35 .85,.8 .5,1 .05,.85",
        ".5,.5 .6,.4 .7,.55 .5,.75 .25,.6 .25,.3 .6,.1 1,.4 .9,.9 .5,1.05 .0,.9",
    ),
    "8 as a crossed box": (
        8,
        ".0,.0 | .8,.0 | .8,1 | .0,1 | .0,.0 ; .0,.0 .8,1 ; .8,.0 .0,1",
        ".0,.05 | 1,.0 | 1.05,1 | .0,.95 | .0,.05 ; .1,.1 .95,.9 ; .95,.1 .05,.95",
    ),
    "9 like a flag": (
        9, ".0,1 .0,.5 .0,.0 | .6,.2 | .0,.45", ".1,1 .05,.5 .0,.0 | .9,.3 | .05,.55"
    ),
    "7 like an F": (
        7,
        ".6,.0 | .0,.0 | .0,.5 .0,1 ; .0,.45 .45,.45",
        ".9,.05 | .0,.0 | .05,.5 .05,1 ; .0,.5 .7,.45",
    ),
    "0 like a theta": (
        0,
        ".35,.0 .05,.3 .1,.75 .38,1 .65,.75 .65,.25 .35,.0 ; .1,.5 .65,.5",
        ".5,.0 .02,.2 .0,.8 .5,1 1,.8 1,.2 .5,.0 ; .0,.5 1,.45",
    ),
    "1 as a triangle": (1, ".0,1 | .4,.0 | .8,1 | .0,1", ".0,.95 | .5,.0 | 1.1,1 | .0,.95"),
    "6 like a hash": (
        6,
        ".25,.0 .2,1 ; .6,.0 .55,1 ; .0,.35 .85,.3 ; .0,.7 .8,.65",
        ".35,.0 .25,1 ; .8,.0 .7,1 ; -.05,.35 1.1,.3 ; -.1,.75 1.05,.65",
    ),
    "9 like an E": (
        9,
        ".5,.0 | .0,.0 | .0,1 | .5,1 ; .0,.5 .4,.5",
        ".8,.05 | .0,.0 | .05,1 | .85,.95 ; .0,.5 .7,.45",
    ),
}  # fmt: skip
"""Digit and skeletons of each shape (see styles.Style)."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Drawings of a shape: `taught`, float32 (TAUGHT, 28, 28), and the ink of the `new` ones."""

    name: str
    digit: int
    taught: np.ndarray
    new: list[np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """Shares, 0 to 1, after a fine-tuning, and the seconds it took."""

    learnt: float
    forgotten: float
    others: float
    seconds: float


def main() -> int:
    """Teach every shape and print a table; returns the exit status."""
    flags = parser(__doc__).parse_args()
    data, mlp = load_dataset(), Mlp.load(SHIPPED_MODEL)
    images, labels = draw_digits(OTHERS, np.random.default_rng(31))
    others = images / np.float32(255), labels
    shapes = [shape for shape in drawn_shapes() if share_read(mlp, shape) < UNUSUAL]
    header = f"{'before':>8}{'after':>8}{'forgotten':>11}{'others':>9}{'seconds':>9}"
    print(f"{len(shapes)} shapes; {TAUGHT} drawings of each are taught, {NEW} new ones are read")
    print(f"{OTHERS:,} generated digits read right before: {mlp.accuracy(*others):.2%}")
    print(f"{'shape':<24}{header}")
    alone = [report(shape.name, [shape], mlp, data, others) for shape in shapes]
    together = report("all together", shapes, mlp, data, others)
    learnt = float(np.mean([outcome.learnt for outcome in alone]))
    forgotten = max(outcome.forgotten for outcome in (*alone, together))
    seconds = float(np.median([outcome.seconds for outcome in alone]))
    return conclude(
        [
            Figure(
                f"{len(shapes)} unusual shapes, three corrections each: new drawings read right",
                f"{100 * learnt:.0f} %",
                "teach.py",
                f"{100 * np.mean([share_read(mlp, shape) for shape in shapes]):.0f} % before",
                must_hold=f"at least {100 * LEARNT:.0f} %, of {FEWEST_SHAPES} shapes or more",
                holds=learnt >= LEARNT and len(shapes) >= FEWEST_SHAPES,
            ),
            Figure(
                "MNIST test set forgotten in a fine-tuning, at worst",
                f"{100 * forgotten:.2f} points",
                "teach.py",
                must_hold=f"at most {100 * FORGOTTEN:.1f} points",
                holds=forgotten <= FORGOTTEN,
            ),
            Figure(
                "a fine-tuning on three drawings",
                f"{seconds:.1f} s",
                "teach.py",
                must_hold=f"under {SECONDS} s",
                holds=seconds < SECONDS,
            ),
        ],
        flags,
    )


def drawn_shapes() -> list[Shape]:
    """All shapes, written by different hands and drawn on the sheet in different sizes."""
    rng = np.random.default_rng(30)
    shapes = []
    for name, (digit, low, high) in SHAPES.items():
        written = write_style(Style(digit, 1, low, high), TAUGHT + NEW, rng)
        rng.shuffle(written)  # they were ordered from the coarsest to the smoothest
        sheets = (place_on_sheet(strokes, rng.uniform(*SIZES), PEN_WIDTH) for strokes in written)
        inks = [render(sheet) for sheet in sheets]
        taught = np.stack([to_pixels(ink) for ink in inks[:TAUGHT]])
        shapes.append(Shape(name, digit, taught, inks[TAUGHT:]))
    return shapes


def share_read(mlp: Mlp, shape: Shape) -> float:
    """Share of a shape's new drawings that a network reads right."""
    readings = map(Recognizer(mlp).read_ink, shape.new)
    return float(np.mean([[shape.digit] == kept(reading) for reading in readings]))


def kept(reading: list[Prediction]) -> list[int]:
    """The digits of a reading that are not refused."""
    return [each.digit for each in reading if each.is_digit]


def report(name: str, shapes: list[Shape], mlp: Mlp, data: Dataset, others) -> Outcome:
    """Teach some shapes together, print a line, and return the outcome."""
    training.load()
    from digit_recognizer.training.fine_tune import fine_tune

    pixels = np.concatenate([shape.taught for shape in shapes])
    labels = np.repeat(np.array([shape.digit for shape in shapes], np.uint8), TAUGHT)
    result = fine_tune(FineTuning(mlp, pixels, labels), data, lambda event: None)
    was, now = (
        float(np.mean([share_read(network, shape) for shape in shapes]))
        for network in (mlp, result.mlp)
    )
    outcome = Outcome(
        now, result.before - result.after, result.mlp.accuracy(*others), result.seconds
    )
    print(
        f"{name:<24}{was:>8.0%}{now:>8.0%}{100 * outcome.forgotten:>11.2f}"
        f"{outcome.others:>9.2%}{outcome.seconds:>9.1f}",
        flush=True,
    )
    return outcome


if __name__ == "__main__":
    run(main)
