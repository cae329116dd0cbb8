"""The READMEs' table of figures: renders lines, and brings a table in a text up to date.

Lines belong to the command that measures them, so what was not measured stays as it was. A
translated table keeps its words, and only its numbers change.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from tests.benchmarks.figures import Figure

Row = list[str]

HEAD = ["figure", "here", "beside it, in the same run", "ratio", "must hold", "command"]
MEASURED = (1, 2, 3)
"""Columns whose numbers change."""
TABLE = re.compile(r"(?:^\|.*\|\n){3,}", re.M)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def updated(text: str, figures: Iterable[Figure], translated: bool = False) -> str:
    """`text` with the new figures in its table.

    Raises ValueError when it has no such table, or when the lines of a translated one do not fit.
    """
    new = by_command(map(row_of, figures))
    for match in TABLE.finditer(text):
        head, rule, *rows = map(cells, match[0].splitlines())
        if len(head) == len(HEAD) and all(re.fullmatch(r"`\w+\.py.*`", row[-1]) for row in rows):
            rows = renumbered(rows, new) if translated else replaced(rows, new)
            return text[: match.start()] + render([head, rule, *rows]) + text[match.end() :]
    raise ValueError("there is no table of figures")


def replaced(rows: list[Row], new: dict[str, list[Row]]) -> list[Row]:
    """The rows of every command that measured anew, in the former order; then those of others."""
    return [row for group in (by_command(rows) | new).values() for row in group]


def renumbered(rows: list[Row], new: dict[str, list[Row]]) -> list[Row]:
    """The rows with the numbers of the new ones, which say the same in another language."""
    former = by_command(rows)
    for command, group in new.items():
        if len(former.get(command, ())) != len(group):
            raise ValueError(f"the lines of {command} are others now: translate them")
        for row, fresh in zip(former[command], group, strict=True):
            for column in MEASURED:
                row[column] = with_numbers(row[column], fresh[column])
    return rows


def with_numbers(cell: str, fresh: str) -> str:
    """A translated cell with the numbers of another, in their order."""
    numbers = NUMBER.findall(fresh)
    if len(numbers) != len(NUMBER.findall(cell)):
        raise ValueError(f"{cell!r} does not fit {fresh!r}: translate it")
    return NUMBER.sub(lambda match: numbers.pop(0), cell)


def by_command(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows that each command measures, in their order."""
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
