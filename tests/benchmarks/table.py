"""The READMEs' table of figures: renders lines, and brings a table in a text up to date.

Lines belong to the command that measures them, so what was not measured stays as it was. In a
translated table the measured numbers change and the words stay; a line that says something new
comes as it is and wants translation.
"""

import re
from collections.abc import Iterable
from itertools import groupby, zip_longest

from tests.benchmarks.figures import Figure

Row = list[str]

HEAD = ["figure", "here", "beside it, in the same run", "ratio", "must hold", "command"]
MEASURED = (1, 2, 3)
"""Columns whose numbers change."""
TABLE = re.compile(r"(?:^\|.*\|\n){3,}", re.M)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def updated(text: str, figures: Iterable[Figure], translated: bool = False) -> str:
    """`text` with the new figures in its table; raises ValueError when it has none."""
    new = by_command(map(row_of, figures))
    for match in TABLE.finditer(text):
        head, rule, *rows = map(cells, match[0].splitlines())
        if len(head) == len(HEAD) and all(re.fullmatch(r"`\w+\.py.*`", row[-1]) for row in rows):
            if translated:
                new = {command: renumbered(rows, group) for command, group in new.items()}
            rows = [row for group in (by_command(rows) | new).values() for row in group]
            return text[: match.start()] + render([head, rule, *rows]) + text[match.end() :]
    raise ValueError("there is no table of figures")


def renumbered(rows: list[Row], fresh: list[Row]) -> list[Row]:
    """A command's fresh rows, in the words of the former ones where these say the same."""
    former = by_command(rows).get(fresh[0][-1], [])[: len(fresh)]
    return [
        in_words_of(old, new) if old and says_the_same(old, new) else new
        for old, new in zip_longest(former, fresh)
    ]


def in_words_of(old: Row, new: Row) -> Row:
    """The former row with the numbers that were measured anew, in their order."""
    row = list(old)
    for column in MEASURED:
        numbers = NUMBER.findall(new[column])
        row[column] = NUMBER.sub(lambda match, left=numbers: left.pop(0), old[column])
    return row


def says_the_same(old: Row, new: Row) -> bool:
    """Whether two rows differ in measured numbers and in words only."""
    for column, cells in enumerate(zip(old, new, strict=True)):
        mine, other = (sorted(NUMBER.findall(cell)) for cell in cells)
        if len(mine) != len(other) or (column not in MEASURED and mine != other):
            return False
    return True


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
