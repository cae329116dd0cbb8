"""What imports load, and which way they point.

Light imports are tried in processes of their own; directions are read from the code, imports inside
functions and for types alone included.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import digit_recognizer

HEAVY = ("tensorflow", "keras", "gradio")
PACKAGE = Path(digit_recognizer.__file__).parent
ROOT = PACKAGE.parent
MOST_FILES = 14
"""Files of code that a folder may have: as many as a reader keeps in mind."""
CODE = (".py", ".js", ".css", ".html")

BASE = {"constants", "errors", "files"}
MAY_IMPORT = {
    "constants": set(),
    "errors": set(),
    "files": set(),
    "ink": BASE,
    "network": BASE,
    "recognizer": BASE | {"ink", "network"},
    "handwriting": BASE | {"ink"},
    "training": BASE | {"ink", "network", "handwriting"},
    "digit_recognizer": {"errors", "recognizer"},
    "__main__": BASE | {"digit_recognizer", "recognizer", "ink"},
    "ui": BASE | {"ink", "network", "recognizer", "handwriting", "training"},
    "train": BASE | {"ink", "network", "handwriting", "training"},
    "app": BASE | {"ink", "network", "recognizer", "handwriting", "training", "ui"},
}
"""Rooms (folders and modules of the package, and the two scripts) that each may import."""


@pytest.mark.parametrize(
    "module",
    [
        "digit_recognizer",
        "digit_recognizer.handwriting.generated",
        "digit_recognizer.training",
        "digit_recognizer.training.config",
        "digit_recognizer.training.dataset",
        "digit_recognizer.training.events",
        "digit_recognizer.training.line",
        "digit_recognizer.training.worker",
        "app",
        "train",
    ],
)
def test_an_import_loads_neither_tensorflow_nor_gradio(module):
    assert loaded_by(f"import {module}") == ""


def test_reading_a_picture_loads_neither_tensorflow_nor_gradio():
    script = """
import numpy as np
from digit_recognizer import Recognizer
from digit_recognizer.network.mlp import Mlp
mlp = Mlp((np.zeros((784, 10), np.float32),), (np.zeros(10, np.float32),))
picture = np.full((50, 50), 255, np.uint8)
picture[10:40, 22:28] = 0
Recognizer(mlp).predict(picture)
"""
    assert loaded_by(script) == ""


def loaded_by(script: str) -> str:
    """Names of the heavy libraries that a script loads."""
    script += f"\nimport sys; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_no_imports_go_in_a_circle():
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    found = circle({module: set(imported(tree)) for module, tree in modules().items()})
    assert not found, " → ".join(found)


def test_imports_point_down():
    wrong = [
        f"{module} → {other}"
        for module, tree in (modules() | scripts()).items()
        for other in imported(tree)
        if room(other) not in {room(module), *MAY_IMPORT[room(module)]}
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("library", "only_in"), [("gradio", "ui"), ("tensorflow", "training"), ("keras", "training")]
)
def test_a_heavy_library_is_imported_in_one_room(library, only_in):
    importing = {
        room(module)
        for module, tree in (modules() | scripts()).items()
        if library in {name.partition(".")[0] for name in names_imported(tree)}
    }
    assert importing == {only_in}


def test_no_folder_holds_more_than_a_reader_keeps_in_mind():
    folders = [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    counts = {
        str(folder.relative_to(ROOT)): sum(file.suffix in CODE for file in folder.iterdir())
        for folder in folders
    }
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


@cache
def modules() -> dict[str, ast.Module]:
    """Code of the package's modules by their full names; that of a folder is its __init__.py."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): parsed(
            path
        )
        for path in PACKAGE.rglob("*.py")
    }


def scripts() -> dict[str, ast.Module]:
    return {name: parsed(ROOT / f"{name}.py") for name in ("app", "train")}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def room(module: str) -> str:
    """The folder or module of the package that a module is (in)."""
    first, *inner = module.split(".")
    return inner[0] if inner else first


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules of the package that a module imports anywhere in its code.

    A module's own folders, which Python imports before it, do not count.
    """
    for name in names_imported(tree):
        if name.partition(".")[0] == PACKAGE.name:
            yield name if name in modules() else name.rpartition(".")[0]


def names_imported(tree: ast.Module) -> Iterator[str]:
    """Full names of what is imported: of modules, or of what comes from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes of a circle, its first node last, too; empty when there is none."""
    done: set[str] = set()

    def search(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        for other in sorted(graph.get(node, ())):
            if found := search(other, [*way, node]):
                return found
        done.add(node)
        return []

    return next(filter(None, (search(node, []) for node in sorted(graph))), [])
