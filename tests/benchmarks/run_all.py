"""Runs every benchmark and prints one table of figures.

    python tests/benchmarks/run_all.py --strokes drawn.jsonl.gz --uploads FOLDER \\
        --letters letters.jsonl.gz [--only NAME ...] [--write]

Each line has the figure, a yardstick from the same run, their ratio, and the requirement. The run
takes half an hour or more and wants the machine for itself. `--write` brings the table in
tests/benchmarks/README.md up to date. A benchmark that lacks its data or its tool keeps its former
lines. The exit status is 1 when a figure falls short or a benchmark fails.
"""

import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.figures import (  # noqa: E402
    FALLS_SHORT,
    NOT_MEASURED,
    Figure,
    load,
    parser,
    run,
    save,
)
from tests.benchmarks.table import HEAD, row_of, updated  # noqa: E402

BENCHMARKS = {
    "accuracy.py": ("strokes", "uploads", "pictures", "letters"),
    "whole_numbers.py": ("strokes", "uploads"),
    "predict_latency.py": (),
    "startup.py": (),
    "page_load.py": (),
    "stroke_latency.py": (),
    "lessons.py": (),
    "teach.py": (),
    "train_speed.py": (),
    "augmentation.py": (),
    "training_reaction.py": (),
    "training_load.py": (),
    "visitors_load.py": (),
    "replicas.py": (),
    "siege.py": (),
    "fuzz.py": (),
}
"""Scripts in the table's order, with the flags for data that are not part of the project."""
TIME_LIMIT = 3600


def main() -> int:
    """Run the benchmarks, print their figures, write them if asked; returns the exit status."""
    flags = parse_arguments()
    figures: list[Figure] = []
    remarks: list[str] = []
    failed = False
    for name in flags.only or BENCHMARKS:
        status, measured = measure(name, flags)
        figures += measured
        if status == NOT_MEASURED:
            remarks.append(f"{name}: not measured")
        elif not measured:
            failed = True
            remarks.append(f"{name}: failed with status {status}")
    print_table(figures)
    print(*remarks, sep="\n")
    if flags.json:
        save(figures, flags.json)
    if flags.write:
        write(figures)
    return FALLS_SHORT * (failed or any(not figure.holds for figure in figures))


def parse_arguments() -> Namespace:
    """The flags."""
    flags = parser(__doc__)
    flags.add_argument("--strokes", type=Path, help="drawings of digits (see accuracy.py)")
    flags.add_argument("--uploads", type=Path, help="folder of pictures of digits")
    flags.add_argument("--pictures", type=Path, help="folder of pictures of many kinds")
    flags.add_argument("--letters", type=Path, help="drawings that should be refused")
    flags.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help="run these")
    flags.add_argument("--write", action="store_true", help="bring README.md up to date")
    return flags.parse_args()


def measure(name: str, flags: Namespace) -> tuple[int, list[Figure]]:
    """Run one benchmark in a process of its own; returns its exit status and its figures."""
    print(f"\n=== {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "figures.json"
        command = [sys.executable, Path(__file__).with_name(name), "--json", saved]
        for flag in BENCHMARKS[name]:
            if path := getattr(flags, flag):
                command += [f"--{flag}", path.resolve()]
        try:
            status = subprocess.run(command, cwd=ROOT, timeout=TIME_LIMIT).returncode
        except subprocess.TimeoutExpired:
            return FALLS_SHORT, []
        return status, load(saved) if saved.exists() else []


def print_table(figures: list[Figure]) -> None:
    """Print the figures in columns; a mark at the end of a line says that it falls short."""
    rows = [HEAD, *map(row_of, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marks = ["", *("" if figure.holds else "  FALLS SHORT" for figure in figures)]
    print()
    for row, mark in zip(rows, marks, strict=True):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip() + mark)


def write(figures: list[Figure]) -> None:
    """Bring the table in this folder's README up to date."""
    path = Path(__file__).with_name("README.md")
    path.write_text(updated(path.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    run(main)
