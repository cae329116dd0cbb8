import re
import sys
from pathlib import Path

import pytest

from tests.benchmarks import run_all
from tests.benchmarks.figures import NOT_MEASURED, Figure, Missing, conclude, load, parser, run
from tests.benchmarks.table import HEAD, cells, updated

ROOT = Path(__file__).parents[1]
README = """Before.

| another | table |
| --- | --- |
| of | two columns |

| figure | here | beside it, in the same run | ratio | must hold | command |
| --- | --- | --- | --- | --- | --- |
| digits read | 97.9 % | | | at least 97.5 % | `reading.py --strokes FILE` |
| a picture | 3.7 ms | 61 ms the other way | 16.7 times faster | 15 times | `speed.py` |
| a large one | 10 ms | | | | `speed.py` |

After.
"""
PICTURE = Figure(
    "a picture", "4.1 ms", "speed.py", "60 ms the other way", "14.6 times faster", "15 times"
)
LARGE = Figure("a large one", "1,012 ms", "speed.py")


def test_what_was_measured_replaces_the_lines_of_its_command_and_nothing_else():
    text = updated(README, [PICTURE, LARGE])
    changed = [line for line in text.splitlines() if line not in README.splitlines()]
    assert changed == [
        "| a picture | 4.1 ms | 60 ms the other way | 14.6 times faster | 15 times | `speed.py` |",
        "| a large one | 1,012 ms | | | | `speed.py` |",
    ]
    assert len(text.splitlines()) == len(README.splitlines())
    assert updated(text, [PICTURE, LARGE]) == text


def test_a_command_may_have_fewer_lines_than_before_and_new_ones_come_last():
    other = Figure("new", "1", "new.py")
    lines = updated(README, [other, PICTURE]).splitlines()
    assert [line.partition(" |")[0] for line in lines if line.endswith(".py` |")] == [
        "| a picture",
        "| new",
    ]


def test_nothing_measured_changes_nothing():
    assert updated(README, []) == README


def test_a_text_without_the_table_is_refused():
    with pytest.raises(ValueError, match="no table"):
        updated("| a | b |\n| --- | --- |\n| 1 | 2 |\n", [PICTURE])


def test_a_line_that_falls_short_is_said_saved_and_changes_the_exit_status(tmp_path, capsys):
    flags = parser("doc").parse_args(["--json", str(tmp_path / "figures.json")])
    short = Figure("memory", "9 MB", "x.py", must_hold="at most 8 MB", holds=False)
    assert conclude([PICTURE], flags) == 0
    assert "FALLS SHORT" not in capsys.readouterr().out
    assert conclude([PICTURE, short], flags) == 1
    assert "memory: 9 MB (at most 8 MB: FALLS SHORT)" in capsys.readouterr().out
    assert load(flags.json) == [PICTURE, short]


def test_what_cannot_be_measured_has_a_status_of_its_own(capsys):
    def main():
        raise Missing("There is no such tool.")

    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == NOT_MEASURED
    assert "no such tool" in capsys.readouterr().err


@pytest.fixture
def benchmarks(tmp_path, monkeypatch):
    """Lets `run_all` run scripts of the test's own, and write another README."""

    def make(**bodies: str) -> Path:
        for name, body in bodies.items():
            (tmp_path / f"{name}.py").write_text(
                f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
                "from tests.benchmarks.figures import *\n"
                f"def main():\n    flags = parser('doc').parse_args()\n    {body}\nrun(main)\n"
            )
        monkeypatch.setattr(run_all, "BENCHMARKS", {f"{name}.py": () for name in bodies})
        monkeypatch.setattr(run_all, "__file__", str(tmp_path / "run_all.py"))
        monkeypatch.setattr(run_all, "ROOT", tmp_path)
        monkeypatch.setattr(sys, "argv", ["run_all.py", "--write"])
        (tmp_path / "README.md").write_text(README)
        return tmp_path / "README.md"

    return make


def test_all_run_and_what_is_missing_keeps_its_line(benchmarks, capfd):
    readme = benchmarks(
        reading="raise Missing('no drawings')",
        speed="return conclude([Figure('a picture', '5 ms', 'speed.py')], flags)",
    )
    assert run_all.main() == 0
    assert "reading.py: not measured" in capfd.readouterr().out
    assert "| digits read | 97.9 % |" in readme.read_text()
    assert "| a picture | 5 ms | | | | `speed.py` |" in readme.read_text()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return conclude([Figure('a', '5', 'x.py', must_hold='4', holds=False)], flags)", "SHORT"),
        ("raise SystemExit('broken')", "bad.py: failed with status 1"),
    ],
)
def test_all_fail_when_one_falls_short_or_breaks(benchmarks, capfd, body, said):
    benchmarks(good="return conclude([Figure('b', '5', 'good.py')], flags)", bad=body)
    assert run_all.main() == 1
    assert said in capfd.readouterr().out


def test_every_benchmark_is_among_all():
    scripts = {
        path.name
        for path in (ROOT / "tests" / "benchmarks").glob("*.py")
        if re.search(r"return conclude\(", path.read_text("utf-8"))
    }
    assert set(run_all.BENCHMARKS) == scripts - {"figures.py"}


def test_the_readme_has_the_table_and_its_commands_are_benchmarks():
    text = (ROOT / "tests" / "benchmarks" / "README.md").read_text("utf-8")
    assert updated(text, []) == text
    for line in text.splitlines():
        if len(row := cells(line)) == len(HEAD) and (script := re.match(r"`(\w+\.py)", row[-1])):
            assert script[1] in run_all.BENCHMARKS
