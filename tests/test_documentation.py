import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = sorted(path.name for path in ROOT.glob("README*.md"))
PROGRAMS = {
    "app.py": ["app.py"],
    "train.py": ["train.py"],
    "digit_recognizer": ["-m", "digit_recognizer"],
}
FLAG = re.compile(r"--[a-z][a-z-]*")


def fenced_blocks(name: str) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.S | re.M)


def commands(name: str) -> list[list[str]]:
    """Every command of the shell blocks, in words; continued lines joined, comments left out.

    In a `console` block a command follows `$ `, and the rest is what it prints.
    """
    lines = []
    for language, text in fenced_blocks(name):
        block = text.replace("\\\n", " ").splitlines()
        if language in ("bash", "sh", "shell"):
            lines += block
        elif language == "console":
            lines += [line[2:] for line in block if line.startswith("$ ")]
    words = [shlex.split(part, comments=True) for line in lines for part in line.split("&&")]
    return [command for command in words if command]


def python_arguments(command: list[str]) -> list[str] | None:
    """What follows `python`, past variables set for this command only."""
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
def flags_of_script(script: str) -> frozenset[str]:
    return frozenset(FLAG.findall((ROOT / script).read_text("utf-8")))


def test_there_is_a_readme_with_the_two_commands():
    assert "README.md" in READMES
    told = commands("README.md")
    assert ["pip", "install", "-r", "requirements.txt"] in told
    assert ["python", "app.py"] in told
    assert ["pip", "install", "-r", "tests/requirements.txt"] in told
    assert ["python", "-m", "pytest"] in told


@pytest.mark.parametrize("name", READMES)
def test_every_command_in_a_readme_exists(name):
    for command in commands(name):
        for argument in command:
            if re.fullmatch(r"[\w./-]+\.(py|txt)", argument):
                assert (ROOT / argument).is_file(), command
        arguments = python_arguments(command)
        if not arguments:
            continue
        program = arguments[1] if arguments[0] == "-m" else arguments[0]
        if program in PROGRAMS:
            known = flags_of(program)
        elif program.endswith(".py"):
            known = flags_of_script(program)
        else:
            assert program in ("pytest", "venv", "pip"), command
            continue
        used = {argument.partition("=")[0] for argument in arguments if FLAG.match(argument)}
        assert used <= known, command


@pytest.mark.parametrize("name", READMES)
def test_every_flag_that_the_text_names_exists(name):
    known = frozenset().union(*(flags_of(program) for program in PROGRAMS))
    for script in (ROOT / "tests" / "benchmarks").glob("*.py"):
        known |= flags_of_script(str(script.relative_to(ROOT)))
    text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text("utf-8"), flags=re.S | re.M)
    for code in re.findall(r"`([^`]+)`", text):
        assert set(FLAG.findall(code)) <= known, code


@pytest.mark.parametrize("name", READMES)
def test_every_file_that_a_readme_names_exists(name):
    text = (ROOT / name).read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(
        r"""(?:src|href)=["']([^"'#]+)""", text
    )
    for link in links:
        assert re.match(r"https?:|mailto:", link) or (ROOT / link).exists(), link
    outside_blocks = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    for code in re.findall(r"`([^`\s]+)`", outside_blocks):
        if re.match(r"(digit_recognizer|tests|images|\.ci)/", code):
            assert (ROOT / code).exists(), code


@pytest.mark.parametrize("name", READMES)
def test_the_python_in_a_readme_compiles_and_its_names_exist(name):
    import digit_recognizer

    for language, text in fenced_blocks(name):
        if language in ("python", "py"):
            compile(text, name, "exec")
            for names in re.findall(r"from digit_recognizer import (.+)", text):
                assert {part.strip() for part in names.split(",")} <= set(digit_recognizer.__all__)
