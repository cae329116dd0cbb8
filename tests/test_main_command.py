import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digit_recognizer
from digit_recognizer.__main__ import main
from digit_recognizer.ink.strokes import render
from digit_recognizer.network.mlp import Mlp
from tests.helpers import written_number

ROOT = Path(digit_recognizer.__file__).parents[1]


@pytest.fixture
def always_seven(tmp_path) -> str:
    """A network that takes everything for a seven."""
    biases = np.eye(10, dtype=np.float32)[7]
    Mlp((np.zeros((784, 10), np.float32),), (biases,)).save(tmp_path / "seven.npz")
    return str(tmp_path / "seven.npz")


@pytest.fixture
def picture(tmp_path) -> str:
    ink = render([np.array([[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]], np.float32)])
    path = tmp_path / "img_2.gif"
    Image.fromarray((255 - ink * 255).astype(np.uint8)).save(path)
    return str(path)


def test_an_answer_is_the_tutorials_line_with_the_base_name(picture, always_seven, capsys):
    assert main([picture, "--model", always_seven]) == 0
    assert capsys.readouterr().out == "The recognized figure of img_2.gif: [7]\n"


def test_what_cannot_be_read_is_said_and_the_others_are_answered(
    tmp_path, picture, always_seven, capsys
):
    text = tmp_path / "text.png"
    text.write_text("no picture")
    blank = tmp_path / "blank.png"
    Image.new("L", (50, 50), 255).save(blank)
    absent = tmp_path / "absent.png"
    pictures = [str(text), picture, str(blank), str(absent), picture]
    assert main([*pictures, "--model", always_seven]) == 1
    output = capsys.readouterr()
    assert output.out == "The recognized figure of img_2.gif: [7]\n" * 2
    errors = output.err.splitlines()
    assert len(errors) == 3
    for line, name in zip(errors, (text, blank, absent), strict=True):
        assert line.startswith(f"{name}: ")


@pytest.fixture
def number(tmp_path) -> str:
    path = tmp_path / "year.png"
    ink = render(written_number([2, 0, 2, 5]), 400, 0.02)
    Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).save(path)
    return str(path)


def test_a_number_is_the_same_line_with_all_its_digits(number, capsys):
    assert main([number]) == 0
    assert capsys.readouterr().out == "The recognized figure of year.png: [2, 0, 2, 5]\n"
    assert main([number, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"file", "number", "digits", "lines"}
    assert answer["lines"] == [answer["digits"]]
    assert answer["number"] == "2025"
    assert [digit["digit"] for digit in answer["digits"]] == [2, 0, 2, 5]
    assert all(len(digit["probabilities"]) == 10 for digit in answer["digits"])


def test_several_lines_are_printed_as_lines(tmp_path, capsys):
    path = tmp_path / "page.png"
    strokes = written_number([1, 2, 3])
    below = [stroke + np.array([0, 0.38], np.float32) for stroke in written_number([4, 5], seed=2)]
    above = [stroke - np.array([0, 0.25], np.float32) for stroke in strokes]
    smaller = [stroke * 0.8 + 0.1 for stroke in (*above, *below)]
    ink = render(smaller, 500, 0.02)
    Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).save(path)
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "The recognized figure of page.png: [1, 2, 3] [4, 5]\n"
    assert main([str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["number"] == "123 45"
    assert [len(line) for line in answer["lines"]] == [3, 2]
    for left, top, right, bottom in (digit["box"] for digit in answer["digits"]):
        assert 0 <= left < right <= 500
        assert 0 <= top < bottom <= 500


def test_boxes_are_drawn_into_a_copy_of_the_picture(number, tmp_path, capsys):
    path = tmp_path / "boxes.png"
    assert main([number, "--boxes", str(path)]) == 0
    with Image.open(path) as drawn, Image.open(number) as plain:
        assert drawn.size == plain.size
        red = np.asarray(drawn).astype(int)
        is_red = (red[..., 0] > 200) & (red[..., 1] < 60)
    assert is_red.any(axis=0).sum() > 100
    absent = str(tmp_path / "nowhere" / "boxes.png")
    assert main([number, "--boxes", absent]) == 1
    assert "cannot be written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([number, number, "--boxes", str(path)])


def test_names_that_the_output_cannot_encode_are_escaped(picture, always_seven, tmp_path):
    named = tmp_path / "图片.gif"
    named.write_bytes(Path(picture).read_bytes())
    for options in ([], ["--json"]):
        shown = subprocess.run(
            [sys.executable, "-m", "digit_recognizer", named, picture, named, *options],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
            capture_output=True,
            text=True,
        )
        assert (shown.returncode, shown.stderr) == (0, "")
        lines = shown.stdout.splitlines()
        assert [r"\u56fe\u7247.gif" in line for line in lines] == [True, False, True]
    assert (
        "[7]"
        in subprocess.run(
            [sys.executable, "-m", "digit_recognizer", named],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout.decode()
    )


def test_json_is_an_object_a_line(picture, always_seven, capsys):
    assert main([picture, picture, "--model", always_seven, "--json"]) == 0
    for line in capsys.readouterr().out.splitlines():
        answer = json.loads(line)
        assert answer["file"] == picture
        assert answer["digit"] == 7
        assert answer["is_digit"] is True
        assert len(answer["probabilities"]) == 10
        assert answer["probabilities"][7] == pytest.approx(answer["confidence"])


def test_a_model_that_cannot_be_read_is_one_sentence(picture, tmp_path, capsys):
    assert main([picture, "--model", str(tmp_path / "absent.npz")]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("absent.npz cannot be read")


def test_the_shipped_model_answers_on_the_command_line(picture):
    shown = subprocess.run(
        [sys.executable, "-m", "digit_recognizer", picture],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == "The recognized figure of img_2.gif: [7]\n"
