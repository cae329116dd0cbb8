"""Figures, the lines of one table, which every benchmark reports.

A benchmark ends with `return conclude(figures, flags)`, which prints its figures and returns its
exit status; `run_all.py` collects the figures. Knows nothing about the measurements themselves.
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
"""Exit status when this machine lacks something that a benchmark needs."""


@dataclass(frozen=True)
class Figure:
    """One line of the table, in the words that are shown.

    here: this project's value. yardstick: a value to compare it with, from the same run. ratio: of
    the two. must_hold: the requirement, if there is one. holds: whether it is met. command: the
    script that measures the figure, with its flags.
    """

    name: str
    here: str
    command: str
    yardstick: str = ""
    ratio: str = ""
    must_hold: str = ""
    holds: bool = True


class Missing(Exception):
    """This machine lacks something that a benchmark needs; the message names it."""


def parser(documentation: str) -> argparse.ArgumentParser:
    """A parser with the flags that every benchmark has; `documentation` is the module's."""
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
    """Write figures as JSON."""
    path.write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")


def load(path: Path) -> list[Figure]:
    """Read figures that `save` wrote."""
    return [Figure(**line) for line in json.loads(path.read_text(encoding="utf-8"))]


def run(main: Callable[[], int]) -> NoReturn:
    """Run a benchmark and exit with its status; a missing requirement is named on stderr."""
    try:
        status = main()
    except (Missing, DatasetUnavailable) as error:
        print(f"Not measured: {error}", file=sys.stderr)
        status = NOT_MEASURED
    sys.exit(status)
