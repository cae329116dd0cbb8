"""The Chinese README says what the English one says: the same commands, code, figures and links."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
FENCED = re.compile(r"^```.*?^```$", re.S | re.M)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def fenced_blocks(name: str) -> list[str]:
    return FENCED.findall(text_of(name))


def prose(name: str) -> str:
    """The text without fenced blocks, pictures, and the line that leads to the other language."""
    text = FENCED.sub("", text_of(name))
    text = re.sub(r"^.*\]\(README[\w.-]*\.md\).*$", "", text, flags=re.M)
    return re.sub(r"!\[[^\]]*\]\([^)]*\)", "!", text)


def headings(name: str) -> list[int]:
    return [len(marks) for marks in re.findall("^(#+) ", prose(name), re.M)]


def tables(name: str) -> list[list[Counter]]:
    """The numbers of each line of each table."""
    found = re.findall(r"(?:^\|.*\n)+", prose(name), re.M)
    return [[Counter(numbers(line)) for line in table.splitlines()] for table in found]


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)


def figures(text: str) -> list[str]:
    """Numbers but single digits, which prose may say in words."""
    return [number for number in numbers(text) if len(number) > 1]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)#]+)\)|<(https?:[^>]+)>", text)


def test_each_leads_to_the_other():
    assert f"]({CHINESE})" in text_of(ENGLISH)
    assert f"]({ENGLISH})" in text_of(CHINESE)


def test_commands_and_code_blocks_are_the_same():
    assert fenced_blocks(CHINESE) == fenced_blocks(ENGLISH)


def test_there_are_the_same_sections_and_as_many_pictures():
    assert headings(CHINESE) == headings(ENGLISH)
    assert prose(CHINESE).count("!\n") == prose(ENGLISH).count("!\n")


def test_tables_have_the_same_numbers_in_each_line():
    assert tables(CHINESE) == tables(ENGLISH)


@pytest.mark.parametrize("kind", [figures, code, links])
def test_sections_name_the_same(kind):
    sections = [re.split("^## ", prose(name), flags=re.M) for name in (CHINESE, ENGLISH)]
    for chinese, english in zip(*sections, strict=True):
        assert Counter(kind(chinese)) == Counter(kind(english)), english.partition("\n")[0]


def test_links_inside_the_chinese_one_lead_to_its_headings():
    headings = re.findall("^#+ (.+)$", text_of(CHINESE), re.M)
    for target in re.findall(r"\]\(#([^)]+)\)", text_of(CHINESE)):
        assert target in [heading.replace(" ", "-") for heading in headings], target
