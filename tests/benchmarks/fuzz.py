"""Hostile input at the three doors: strokes, pictures, weight files.

    python tests/benchmarks/fuzz.py [--cases 50000] [--seconds 900] [--seed 0] [--only strokes:123]

Each case may raise its door's documented errors only, must answer without NaN, and must stay below
1 s of CPU time (other programs slow the clock) and 300 MB of memory beyond what the process held
before: the highest resident size, which counts what Pillow takes, too; where /proc does not tell,
no memory is judged. The exit status is 1 when a case falls short. `--only` runs one case again.
"""

import os
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer.errors import BadImage, BadModel, BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import parse_strokes, render
from digit_recognizer.recognizer import Prediction, Recognizer
from digit_recognizer.ui.training.model_files import load_model
from tests import hostile
from tests.benchmarks.figures import Figure, conclude, parser, run

MAX_SECONDS = 1.0
MAX_MEGABYTES = 300


@dataclass
class Door:
    """One way in: how case `number` is made and answered, and which errors are documented."""

    make: Callable[[int], object]
    answer: Callable[[object], list[Prediction]]
    documented: tuple[type[Exception], ...]
    share: float
    cases: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[float, int] = (0.0, 0)
    outcomes: Counter = field(default_factory=Counter)
    wrong: dict[int, str] = field(default_factory=dict)

    def run(self, number: int) -> None:
        """Answer one case and note what came of it."""
        value = self.make(number)
        before = _reset_peak()
        started = time.process_time()
        try:
            predictions = self.answer(value)
            outcome = "answered"
            if not predictions or not all(map(_is_sound, predictions)):
                self.wrong[number] = "the answer is not a probability of each digit"
        except self.documented as error:
            outcome = type(error).__name__
        except Exception as error:
            outcome = "undocumented"
            self.wrong[number] = "".join(traceback.format_exception(error))
        seconds = time.process_time() - started
        self.cases += 1
        self.outcomes[outcome] += 1
        self.slowest = max(self.slowest, (seconds, number))
        self.largest = max(self.largest, (_resident("VmHWM") - before, number))

    def falls_short(self) -> bool:
        """Whether any case broke the rules."""
        return bool(self.wrong or self.slowest[0] > MAX_SECONDS or self.largest[0] > MAX_MEGABYTES)


def main() -> int:
    """Run and print a table; returns the exit status."""
    flags = parser(__doc__)
    flags.add_argument("--cases", type=int, default=50_000, help="over all doors (%(default)s)")
    flags.add_argument("--seconds", type=float, default=900, help="time limit (%(default)s)")
    flags.add_argument("--seed", type=int, default=0, help="of the cases (%(default)s)")
    flags.add_argument("--only", metavar="DOOR:NUMBER", help="run this one case")
    options = flags.parse_args()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", RuntimeWarning)  # NumPy's: an overflow is not an answer
    with tempfile.TemporaryDirectory() as folder:
        doors = open_doors(Path(folder), options.seed)
        if options.only:
            name, _, number = options.only.partition(":")
            doors = {name: doors[name]}
            doors[name].run(int(number))
        else:
            run_all(doors, options.cases, time.monotonic() + options.seconds)
    report(doors)
    cases = sum(door.cases for door in doors.values())
    too_few = not options.only and cases < options.cases
    if too_few:
        print(f"\nOnly {cases:,} of {options.cases:,} cases in {options.seconds:g} s.")
    return conclude([outcome(doors, cases, too_few)], options)


def outcome(doors: dict[str, Door], cases: int, too_few: bool) -> Figure:
    """The line of the table."""
    wrong = sum(len(door.wrong) for door in doors.values())
    seconds = max(door.slowest[0] for door in doors.values())
    memory = max(door.largest[0] for door in doors.values())
    return Figure(
        f"{cases:,} hostile drawings, pictures and weight files",
        f"{wrong} answered wrongly, {seconds:.1f} s and {memory:.0f} MB at most",
        "fuzz.py",
        must_hold=f"none, {MAX_SECONDS:g} s, {MAX_MEGABYTES} MB",
        holds=not too_few and not any(door.falls_short() for door in doors.values()),
    )


def run_all(doors: dict[str, Door], cases: int, deadline: float) -> None:
    """The doors by turns, so that the time limit cuts all alike."""
    parts = 50
    for part in range(parts):
        for door in doors.values():
            goal = round(cases * door.share * (part + 1) / parts)
            while door.cases < goal and time.monotonic() < deadline:
                door.run(door.cases)


def open_doors(folder: Path, seed: int) -> dict[str, Door]:
    """The doors by name; the first cases are what is known to be hostile, the rest is random."""
    recognizer = Recognizer.load()
    ones = np.ones((28, 28), np.float32)
    path = folder / "upload"
    files = list(hostile.picture_files().values())

    def written(content: bytes) -> Path:
        path.write_bytes(content)
        return path

    def cases(known: list[Callable], other: Callable[[random.Random], object]) -> Callable:
        def make(number: int) -> object:
            if number < len(known):
                return known[number]()
            return other(random.Random(f"{seed} {number}"))

        return make

    def read_strokes(value: object) -> list[Prediction]:
        return recognizer.read_ink(render(parse_strokes(value)))

    def read_lines(path: Path) -> list[Prediction]:
        return [prediction for line in recognizer.read_lines(path) for prediction in line]

    def read_network(path: Path) -> list[Prediction]:
        return [Recognizer(load_model(str(path))).predict_pixels(ones)]

    pictures = [lambda file=file: file for file in files]
    pictures += hostile.picture_bombs().values()
    networks = [lambda: hostile.packed(hostile.small_network()), *hostile.weight_bombs().values()]
    picture = cases(pictures, lambda source: hostile.broken(source.choice(files), source))
    network = cases(networks, hostile.broken_weights)
    recognizer.read(written(files[0]))  # what is loaded once is no case's
    return {
        "strokes": Door(
            cases(list(hostile.hostile_strokes().values()), hostile.broken_strokes),
            read_strokes,
            (BadStrokes, EmptyDrawing),
            0.3,
        ),
        "pictures": Door(
            lambda number: written(picture(number)),
            read_lines,
            (BadImage, EmptyDrawing),
            0.5,
        ),
        "weights": Door(lambda number: written(network(number)), read_network, (BadModel,), 0.2),
    }


def report(doors: dict[str, Door]) -> None:
    """Print the table, what the cases came to, and the first cases that fell short."""
    print(f"{'door':<10}{'cases':>8}{'slowest':>10}{'case':>7}{'memory':>10}{'case':>7}  outcomes")
    for name, door in doors.items():
        outcomes = ", ".join(f"{count:,} {what}" for what, count in door.outcomes.most_common())
        print(
            f"{name:<10}{door.cases:>8,}{door.slowest[0]:>8.2f} s{door.slowest[1]:>7}"
            f"{door.largest[0]:>7.0f} MB{door.largest[1]:>7}  {outcomes}"
        )
    print(
        f"must hold: no undocumented error, no NaN, {MAX_SECONDS:g} s of CPU time, "
        f"{MAX_MEGABYTES} MB"
    )
    for name, door in doors.items():
        for number, text in list(door.wrong.items())[:5]:
            print(f"\n{name}:{number}: {text}")


def _is_sound(prediction: Prediction) -> bool:
    shares, pixels = prediction.probabilities, prediction.pixels
    return (
        shares.shape == (10,)
        and bool(np.isfinite(shares).all() and (shares >= 0).all())
        and abs(float(shares.sum()) - 1) < 1e-4
        and bool(np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1)
    )


def _reset_peak() -> float:
    """Let the peak of memory begin anew; returns what is held now, in MB."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return float("inf")
    return _resident("VmHWM")


def _resident(what: str) -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(status.partition(what + ":")[2].split()[0]) / 1024


if __name__ == "__main__":
    run(main)
