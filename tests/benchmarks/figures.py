"""The form in which every benchmark reports its figures: lines of one table.

A benchmark ends with `return conclude(figures, flags)`, and its exit status says what came of it;
`run_all.py` collects the lines. Knows nothing about what is measured.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from digit_recognizer.errors import DatasetUnavailable

FALLS_SHORT = 1
NOT_MEASURED = 77
"""Exit status when something that a benchmark needs is not on this machine."""


@dataclass(frozen=True)
class Figure:
    """One line of the table, in the words that are shown.

    here: what this project does. yardstick: what else did in the same run, and `ratio` of the two.
    must_hold: what is required of it, if anything, and whether it `holds`. command: what measures
    it, after `python tests/benchmarks/`.
    """

    name: str
    here: str
    command: str
    yardstick: str = ""
    ratio: str = ""
    must_hold: str = ""
    holds: bool = True


class Missing(Exception):
    """Something that a benchmark needs is not on this machine; the message says what."""


def parser(documentation: str) -> argparse.ArgumentParser:
    """The flags that every benchmark has; `documentation` is the module's."""
    flags = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    flags.add_argument("--json", type=Path, metavar="FILE", help="save the figures there")
    return flags


def conclude(figures: Iterable[Figure], flags: argparse.Namespace) -> int:
    """Print the figures and save them where `--json` says; returns the exit status."""
    figures = list(figures)
    print()
    for figure in figures:
        parts = [figure.here, figure.yardstick and f"beside {figure.yardstick}", figure.ratio]
        verdict = figure.must_hold
        if verdict and not figure.holds:
            verdict += ": FALLS SHORT"
        print(f"{figure.name}: {', '.join(filter(None, parts))}" + (verdict and f" ({verdict})"))
    if flags.json:
        save(figures, flags.json)
    return FALLS_SHORT * any(not figure.holds for figure in figures)


def save(figures: list[Figure], path: Path) -> None:
    """As JSON."""
    path.write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")


def load(path: Path) -> list[Figure]:
    """What `save` wrote."""
    return [Figure(**line) for line in json.loads(path.read_text(encoding="utf-8"))]


def run(main: Callable[[], int]) -> NoReturn:
    """Let a benchmark end with its exit status, or say what it lacks."""
    try:
        status = main()
    except (Missing, DatasetUnavailable) as error:
        print(f"Not measured: {error}", file=sys.stderr)
        status = NOT_MEASURED
    sys.exit(status)
