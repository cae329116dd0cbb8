"""Every text has a translation in each catalog.

The page's messages are read from the code: the literals of texts.py and the messages of errors,
f-strings with {} for each value.
"""

import ast
import errno
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import gradio
import pytest

import digit_recognizer
from digit_recognizer.ui.language import language, texts
from digit_recognizer.ui.language.language import Language, catalog_paths, head, render_switch


def name_of(node: ast.AST | None) -> str:
    return getattr(node, "id", "")


PACKAGE = Path(digit_recognizer.__file__).parent
SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
ERRORS = {
    node.name
    for tree in SOURCES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.ClassDef)
    and any(name_of(base).endswith("Error") for base in node.bases)
}
PARTS_OF_MESSAGES = ("note", "problem", "reason")
"""Variables that hold a sentence which becomes a part of a message."""
REASONS = {
    os.strerror(number)
    for number in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOSPC, errno.EIO)
}
"""The system's own words, in messages about files."""
CATALOGS = {code: json.loads(path.read_text("utf-8")) for code, path in catalog_paths().items()}
CHINESE = "[\u3000-\u9fff\uff00-\uffef]"


def template(node: ast.AST | None) -> str | None:
    """The text of a literal, with {} for what an f-string fills in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or "{}" for part in node.values)
    return None


def literals(node: ast.AST) -> Iterator[str]:
    """Every text in a piece of code but docstrings, the keys of dictionaries, and formats."""
    if isinstance(node, ast.Call) and name_of(node.func) == "count":
        noun = node.args[1].value
        yield from (f"{{}} {noun}", f"{{}} {noun}s")
        return
    if isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    else:
        parts = ast.iter_child_nodes(node)
    if (text := template(node)) is not None:
        yield text
    for part in parts:
        is_docstring = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
        if not is_docstring and name_of(part) != "count":
            yield from literals(part)


def messages_of_errors(tree: ast.AST) -> Iterator[str]:
    """What the errors say that a module raises."""
    assigned = [
        (name_of(target), node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    for name, value in assigned:
        if name in PARTS_OF_MESSAGES:
            yield from (text for text in literals(value) if " " in text)
    constants = {name: value for name, value in assigned if name}
    for node in ast.walk(tree):
        # `_check` takes the name of a hyperparameter for its message.
        if isinstance(node, ast.Call) and name_of(node.func) in {*ERRORS, "_check"} and node.args:
            message = node.args[0]
            choices = (
                [message.body, message.orelse] if isinstance(message, ast.IfExp) else [message]
            )
            for choice in choices:
                yield template(constants.get(name_of(choice), choice)) or ""


@cache
def messages() -> set[str]:
    """Every line that the page can show, but those without words to translate."""
    said = set(REASONS)
    for path, tree in SOURCES.items():
        if path.name == "texts.py":
            body = [node for node in tree.body if getattr(node, "name", None) != "count"]
            said.update(literals(ast.Module(body, [])))
        else:
            said.update(messages_of_errors(tree))
    # Places that the browser fills in have names.
    lines = {re.sub(r"{\w+}", "{}", line) for text in said for line in text.split("\n")}
    lines = {line for line in lines if not re.fullmatch(r"[\w-]+\.\w+", line)}  # names of files
    return {line for line in lines if re.search("[A-Za-z]|{}.*{}", line.replace(" ", ""))}


def test_there_are_messages_of_every_kind():
    assert {
        "Retrain", "Epoch {} of {}", "{} digits", "{} mistakes", "learning rate",
        "The picture is too large; use one of at most {} megapixels.", "not a usable path",
        "its images are {} {}", "{} is larger than {} MB.",
    } <= messages()  # fmt: skip


def test_every_text_is_used():
    tree = SOURCES[Path(texts.__file__)]
    names = {name_of(target) for node in tree.body for target in getattr(node, "targets", ())}
    names |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    used = {name_of(node) for node in ast.walk(tree) if is_read(node)}
    for each in SOURCES.values():
        for node in ast.walk(each):
            if isinstance(node, ast.Attribute) and name_of(node.value) == "texts":
                used.add(node.attr)
    for template in (PACKAGE / "ui").rglob("*.html"):
        used.update(re.findall(r"\btexts\.(\w+)", template.read_text("utf-8")))
    assert len(names) > 200
    assert sorted(names - used) == []


def is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


@pytest.mark.parametrize("code", CATALOGS)
def test_every_message_has_a_translation(code):
    missing = messages() - set(CATALOGS[code]["page"])
    assert sorted(missing) == []  # add these to the catalog


@pytest.mark.parametrize("code", CATALOGS)
def test_no_translation_has_outlived_its_message(code):
    left = set(CATALOGS[code]["page"]) - messages()
    assert sorted(left) == []  # take these out of the catalog


@pytest.mark.parametrize("code", CATALOGS)
def test_gradios_words_are_still_gradios(code):
    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    said = "".join(path.read_text("utf-8") for path in sorted(assets.glob("*.js")))
    for text in CATALOGS[code]["gradio"]:
        assert text.replace("{}", "") in said, text


@pytest.mark.parametrize("code", CATALOGS)
def test_a_translation_fills_in_the_values_of_the_english(code):
    for section in ("page", "gradio"):
        for english, translation in CATALOGS[code][section].items():
            parts = Formatter().parse(translation)
            fields = [field for _, field, _, _ in parts if field is not None]
            places = list(map(str, range(english.count("{}"))))
            assert sorted(fields) in (places, [""] * len(places)), english


def test_the_chinese_is_chinese_with_its_punctuation():
    for section in ("page", "gradio"):
        for chinese in CATALOGS["zh-CN"][section].values():
            assert re.search(CHINESE, re.sub(r"\{\d*\}", "", chinese)), chinese
            assert not re.search(rf"{CHINESE}[,;:!?](?!\s*\d)|[,;:!?]{CHINESE}", chinese), chinese
            assert not re.search(
                r"[\u4e00-\u9fff][A-Za-z0-9{]|[A-Za-z0-9}][\u4e00-\u9fff]", chinese
            ), chinese


def test_the_pages_head_tells_where_the_catalogs_are_and_no_address_can_end_its_element():
    addresses = {"zh-CN": "./</script>.json"}
    assert head(addresses).count("</script>") == 2
    told = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', head(addresses), re.S)
    assert json.loads(told[1]) == addresses


def test_two_languages_are_a_button_each_and_more_are_a_menu(monkeypatch):
    assert re.findall(r'data-language="(.*?)"', render_switch()) == ["en", "zh-CN"]
    more = (*language.LANGUAGES, Language("eo", "<Esperanto>", "Al Esperanto"))
    monkeypatch.setattr(language, "LANGUAGES", more)
    assert "<button" not in render_switch()
    options = re.findall(r'<option value="(.*?)" lang="(.*?)"[^>]*>(.*?)</option>', render_switch())
    assert options == [
        ("en", "en", "English"),
        ("zh-CN", "zh-CN", "中文"),
        ("eo", "eo", "&lt;Esperanto&gt;"),
    ]
