"""Every README in the tree is true: its commands, flags, links, paths, examples and tables."""

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import app
from tests import make_screenshots

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "digit_recognizer"
BENCHMARKS = ROOT / "tests" / "benchmarks"
READMES = sorted(
    path
    for folder in (ROOT.glob, PACKAGE.rglob, (ROOT / "tests").rglob)
    for path in folder("README*.md")
)
PROGRAMS = {
    "app.py": ["app.py"],
    "train.py": ["train.py"],
    "digit_recognizer": ["-m", "digit_recognizer"],
    "digit_recognizer.ui": ["app.py"],  # in an installed package
    "digit_recognizer.training": ["train.py"],
}
TOOLS = ("pytest", "pip", "ruff")
FLAG = re.compile(r"--[a-z][a-z-]*")
PATH = re.compile(
    r"([\w.-]+/)*[\w.-]+\.(py|js|css|html|json|md|png)|([\w.-]+/)+"
    r"|(digit_recognizer|tests|\.ci)/[\w./-]+"
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

each_readme = pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))


def fenced_blocks(path: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", path.read_text("utf-8"), re.S | re.M)


def prose(path: Path) -> str:
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.S | re.M)


def code(path: Path) -> list[str]:
    """Every piece of code inside the prose."""
    return re.findall(r"`([^`\n]+)`", prose(path))


def links(path: Path) -> list[str]:
    """The targets of links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))


def tables(path: Path) -> list[list[list[str]]]:
    """The cells of each table's rows, without its head."""
    found = re.findall(r"(?:^\|.*\|\n)+", prose(path), re.M)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
        for table in found
    ]


def commands(path: Path) -> list[list[str]]:
    """Every command of the shell blocks and of the prose, in words, without comments.

    In a `console` block a command follows `$ `, and the rest is its output.
    """
    lines = [text for text in code(path) if text.startswith("python ")]
    for language, text in fenced_blocks(path):
        block = text.replace("\\\n", " ").splitlines()
        if language in ("bash", "sh", "shell"):
            lines += block
        elif language == "console":
            lines += [line[2:] for line in block if line.startswith("$ ")]
    words = [shlex.split(part, comments=True) for line in lines for part in line.split("&&")]
    return [command for command in words if command]


def python_arguments(command: list[str]) -> list[str] | None:
    """The arguments of `python`; variables that are set for this command only come before it."""
    while command and re.fullmatch(r"[A-Z_]+=.*", command[0]):
        command = command[1:]
    return command[1:] if command[:1] in (["python"], ["python3"]) else None


@cache
def flags_of(program: str) -> frozenset[str]:
    shown = subprocess.run(
        [sys.executable, *PROGRAMS[program], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return frozenset(FLAG.findall(shown))


@cache
def flags_of_script(script: Path) -> frozenset[str]:
    return frozenset(FLAG.findall(script.read_text("utf-8")))


@cache
def all_flags() -> frozenset[str]:
    scripts = [*(ROOT / "tests").glob("*.py"), *BENCHMARKS.glob("*.py")]
    return frozenset().union(*map(flags_of, PROGRAMS), *map(flags_of_script, scripts))


def folders(root: Path, depth: int) -> set[str]:
    """The folders below `root` that have files, as a README in `root` writes them."""
    found = set()
    for folder in root.glob("*/"):
        if folder.name != "__pycache__" and any(each.is_file() for each in folder.iterdir()):
            found.add(f"{folder.name}/")
            if depth > 1:
                found |= {f"{folder.name}/{below}" for below in folders(folder, depth - 1)}
    return found


def rooms(path: Path) -> set[str]:
    """The folders that the table of rooms names: the first table that begins a row with one."""
    for table in tables(path):
        named = {name for row in table for name in re.findall(r"`([^`]+/)`", row[0])}
        if named:
            return named
    return set()


def anchors(path: Path) -> set[str]:
    """The fragments that GitHub gives to the headings."""
    headings = re.findall("^#+ (.+)$", prose(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_there_is_a_readme_with_the_two_commands():
    told = commands(ROOT / "README.md")
    assert ["pip", "install", "-r", "requirements.txt"] in told
    assert ["python", "app.py"] in told
    assert ["pip", "install", "-r", "tests/requirements.txt"] in told
    assert ["python", "-m", "pytest"] in told


@each_readme
def test_every_command_in_a_readme_exists(path):
    for command in commands(path):
        for argument in command:
            file, _, test = argument.partition("::")
            if re.match(r"(digit_recognizer|tests)/|[\w-]+\.txt$", file):
                assert (ROOT / file).exists(), command
            if test:
                assert f"def {test}(" in (ROOT / file).read_text("utf-8"), command
        arguments = python_arguments(command)
        if not arguments:
            continue
        program = arguments[1] if arguments[0] == "-m" else arguments[0]
        if program in PROGRAMS:
            known = flags_of(program)
        elif program.endswith(".py"):
            known = flags_of_script(ROOT / program)
        else:
            assert program in TOOLS, command
            continue
        used = {argument.partition("=")[0] for argument in arguments if FLAG.match(argument)}
        assert used <= known | {"--help"}, command


@each_readme
def test_every_flag_that_the_text_names_exists(path):
    for text in code(path):
        assert set(FLAG.findall(text)) <= all_flags(), text


@each_readme
def test_every_link_leads_somewhere(path):
    for link in links(path):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_readme
def test_every_path_that_the_text_names_exists(path):
    for text in filter(PATH.fullmatch, code(path)):
        assert (path.parent / text).exists() or (ROOT / text).exists(), text


@each_readme
def test_every_module_that_the_text_names_exists(path):
    for text in code(path):
        if re.fullmatch(r"digit_recognizer(\.\w+)+", text):
            place = ROOT / text.replace(".", "/")
            assert place.is_dir() or place.with_suffix(".py").is_file(), text


@each_readme
def test_the_python_in_a_readme_compiles_and_its_names_exist(path):
    for language, text in fenced_blocks(path):
        if language not in ("python", "py"):
            continue
        compile(text, path.name, "exec")
        for module, names in re.findall(r"from (digit_recognizer[\w.]*) import (.+)", text):
            for name in names.split(","):
                assert hasattr(importlib.import_module(module), name.strip()), text


def test_the_first_python_example_prints_the_digit_of_its_picture():
    example = next(
        text for language, text in fenced_blocks(ROOT / "README.md") if language == "python"
    )
    ran = subprocess.run(
        [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "5 True\n"


@each_readme
def test_what_a_console_shows_is_printed(path):
    for language, text in fenced_blocks(path):
        if language == "console":
            line, _, output = text.partition("\n")
            arguments = python_arguments(shlex.split(line.removeprefix("$ ")))
            ran = subprocess.run(
                [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
            )
            assert ran.stdout == output


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_first_table_of_rooms_names_each_folder_and_no_other(name):
    package = {f"digit_recognizer/{folder}" for folder in folders(PACKAGE, 1)}
    assert rooms(ROOT / name) == package | {"tests/"}


def test_the_map_names_each_folder_of_the_package_and_no_other():
    assert rooms(PACKAGE / "README.md") == folders(PACKAGE, 2)


def test_the_screenshots_are_those_that_readmes_show_and_the_script_takes():
    folder = make_screenshots.FOLDER
    shown = {
        (path.parent / link).resolve().name
        for path in READMES
        for link in links(path)
        if (path.parent / link).resolve().parent == folder
    }
    assert {file.name for file in folder.iterdir()} == shown
    assert set(make_screenshots.README_PICTURES) == shown


def test_the_figures_of_the_readme_are_those_of_the_table():
    (all_figures,) = tables(BENCHMARKS / "README.md")
    (quoted,) = [table for table in tables(ROOT / "README.md") if "99." in table[0][1]]
    measured = [set(NUMBER.findall(" ".join(row))) for row in all_figures]
    for row in quoted:
        numbers = set(NUMBER.findall(" ".join(row)))
        assert any(numbers <= line for line in measured), row


def test_the_versions_of_python_are_the_same_everywhere():
    (oldest, newest) = app.PYTHONS
    wanted = f">={'.'.join(map(str, oldest))},<{newest[0]}.{newest[1] + 1}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == wanted
    for name in ("README.md", "README.zh-CN.md"):
        assert re.search(r"Python 3\.11 (to|到) 3\.13", (ROOT / name).read_text("utf-8"))
    assert [app.python_problem(version) for version in ((3, 11), (3, 12), (3, 13))] == [None] * 3
    for version in ((3, 9), (3, 14)):
        assert f"3.{version[1]}" in app.python_problem(version)


def test_the_lines_for_a_space_name_the_versions_that_are_used():
    (lines,) = [text for language, text in fenced_blocks(ROOT / "README.md") if language == "yaml"]
    gradio = re.search(r"^gradio~=(.+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    assert f"sdk_version: {gradio[1]}\n" in lines
    oldest, newest = (".".join(map(str, version)) for version in app.PYTHONS)
    assert re.search(r'python_version: "(.+)"', lines)[1] in (oldest, newest)
    assert (ROOT / re.search("app_file: (.+)", lines)[1]).is_file()
