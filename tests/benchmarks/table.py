"""The README's table of figures: renders rows, and brings a table in a text up to date.

A row belongs to the command that measures it. The rows of a command that did not run stay.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from tests.benchmarks.figures import Figure

Row = list[str]

HEAD = ["figure", "here", "beside it, in the same run", "ratio", "must hold", "command"]
TABLE = re.compile(r"(?:^\|.*\|\n){3,}", re.M)


def updated(text: str, figures: Iterable[Figure]) -> str:
    """`text` with the new figures in its table; raises ValueError when it has no such table."""
    new = by_command(map(row_of, figures))
    for match in TABLE.finditer(text):
        head, rule, *rows = map(cells, match[0].splitlines())
        if len(head) == len(HEAD) and all(re.fullmatch(r"`\w+\.py.*`", row[-1]) for row in rows):
            rows = [row for group in (by_command(rows) | new).values() for row in group]
            return text[: match.start()] + render([head, rule, *rows]) + text[match.end() :]
    raise ValueError("there is no table of figures")


def by_command(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each command, in their order."""
    groups: dict[str, list[Row]] = {}
    for command, group in groupby(rows, key=lambda row: row[-1]):
        groups.setdefault(command, []).extend(group)
    return groups


def row_of(figure: Figure) -> Row:
    return [
        figure.name,
        figure.here,
        figure.yardstick,
        figure.ratio,
        figure.must_hold,
        f"`{figure.command}`",
    ]


def render(rows: Iterable[Row]) -> str:
    return "".join(
        "|" + "".join(f" {cell} |" if cell else " |" for cell in row) + "\n" for row in rows
    )


def cells(line: str) -> Row:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
