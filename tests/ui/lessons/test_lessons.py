import base64
import io
import re
from dataclasses import replace
from itertools import pairwise

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.answer.answer import least_certain
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.inside import SHOWN_UNITS, render_inside
from digit_recognizer.ui.lessons.lessons import LESSONS, Lessons
from digit_recognizer.ui.lessons.looks import render_looks
from digit_recognizer.ui.lessons.misread import render_stages
from digit_recognizer.ui.lessons.panel import render_verdict
from digit_recognizer.ui.sketchpad.sketchpad import Sketchpad
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import REQUEST, constant_network, digital_digit, written_number


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


@pytest.fixture
def visitors(recognizer):
    return Visitors(recognizer)


@pytest.fixture
def lessons(visitors):
    with gr.Blocks():
        return Lessons(visitors, Sketchpad())


def explain(lessons, name, place=None) -> str:
    return lessons.explain({"lesson": name, "place": place}, REQUEST)[lessons.panel]


def drawing(digit=7):
    return digital_digit(digit, np.random.default_rng(0))


def ink(recognizer) -> np.ndarray:
    visitor = Visitors(recognizer).visit(None)
    visitor.draw(drawing())
    return visitor.ink()


def said(panel: str) -> list[tuple[int, bool]]:
    """Digits and whether they are guesses, in order."""
    found = re.findall(r'data-said="(\d)"( data-unsure)?>(\d)<', panel)
    assert all(value == shown for value, _, shown in found)
    return [(int(value), bool(unsure)) for value, unsure, _ in found]


def test_the_stages_are_shown_in_order_with_what_the_network_says(recognizer):
    panel = render_stages(recognizer, ink(recognizer))
    names = re.findall(r'data-stage="(\w+)"', panel)
    assert names == ["resized", "inverted", "boxed", "centred"]
    verdicts = said(panel)
    assert len(verdicts) == 4
    assert verdicts[0] != (7, False)
    assert verdicts[-1] == (7, False)
    assert panel.count("<img") == 4
    assert "data-digit" not in panel


def test_reasons_add_up_and_the_flipped_picture_says_the_runner_up(recognizer):
    answer = recognizer.predict_ink(ink(recognizer))
    panel = render_looks(recognizer, answer)
    runner_up = int(np.argsort(answer.probabilities)[-2])
    assert texts.reasons(7, runner_up) in panel
    terms = dict(re.findall(r'data-term="(\w+)"><dt>[^<]*</dt><dd>([^<]+)</dd>', panel))
    numbers = {name: float(value.replace("−", "-")) for name, value in terms.items()}
    assert numbers["for"] > 0 > numbers["against"]
    parts = numbers["for"] + numbers["against"] + numbers["bias"]
    assert parts == pytest.approx(numbers["lead"], abs=0.021)
    assert [digit for digit, _ in said(panel)] == [runner_up]


def test_a_network_that_nothing_flips_says_so(recognizer):
    panel = render_looks(constant_network(4), recognizer.predict_ink(ink(recognizer)))
    assert texts.NO_FLIP in panel
    assert said(panel) == []


def test_guesses_are_marked_and_say_how_sure_they_are(recognizer):
    sure = recognizer.predict_ink(ink(recognizer))
    assert "data-unsure" not in render_verdict(sure)
    for changes, text in (
        ({"is_digit": False}, texts.said_no_digit(0.5)),
        ({"is_digit": True}, texts.said_unsure(0.5)),
    ):
        guess = replace(sure, digit=3, confidence=0.5, **changes)
        panel = render_verdict(guess)
        assert said(panel) == [(3, True)]
        assert text in panel


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_follows_the_drawing_and_the_network(lessons, visitors, lesson):
    empty = explain(lessons, lesson)
    assert LESSONS[lesson].empty in empty
    visitor = visitors.visit("somebody")
    visitor.draw(drawing())
    shown = explain(lessons, lesson)
    assert f'data-shows="{lesson}"' in shown
    assert shown.count("data:image/png") >= 2
    visitor.use_network(Network(constant_network(3), "threes"))
    assert explain(lessons, lesson) != shown
    visitor.draw([])
    assert explain(lessons, lesson) == empty


def test_an_upload_is_explained_and_what_has_no_ink_is_not(lessons, visitors, tmp_path):
    visitor = visitors.visit("somebody")
    picture = Image.new("L", (60, 60), 255)
    picture.save(tmp_path / "empty.png")
    picture.paste(0, (28, 10, 33, 50))
    picture.save(tmp_path / "one.png")
    visitor.upload(str(tmp_path / "one.png"))
    assert said(explain(lessons, "stages"))[-1] == (1, False)
    visitor.upload(str(tmp_path / "empty.png"))
    assert texts.STAGES_EMPTY in explain(lessons, "stages")
    visitor.upload(None)
    visitor.draw([np.array([(1.5, 1.5), (1.9, 1.9)], np.float32)])
    assert texts.LOOKS_EMPTY in explain(lessons, "looks")


@pytest.mark.parametrize("name", [None, "", "teach", 1, ["looks"], {"looks": 1}])
def test_what_is_no_lesson_shows_nothing(lessons, name):
    assert explain(lessons, name) == ""
    assert lessons.explain(name, REQUEST)[lessons.panel] == ""


def test_a_replay_is_a_gif_for_the_browser_to_save(lessons):
    strokes = [stroke.tolist() for stroke in drawing()]
    file = lessons.replay(strokes, REQUEST)
    assert file["orig_name"].endswith(".gif")
    kind, _, content = file["url"].partition(",")
    assert kind == "data:image/gif;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.is_animated


@pytest.mark.parametrize("value", [None, [], "strokes", [[[0.5, float("nan")]]], [[]]])
def test_without_strokes_there_is_no_replay(lessons, value):
    assert lessons.replay(value, REQUEST) is None


def test_the_preparation_of_a_number_is_not_explained(lessons, visitors):
    visitors.visit(REQUEST.session_hash).draw(written_number([2, 5], gap=0.4))
    assert texts.EXPLAINS_ONE_DIGIT in explain(lessons, "stages")


@pytest.mark.parametrize("lesson", ["inside", "looks"])
def test_a_digit_of_a_number_is_explained_the_least_certain_unless_one_is_chosen(
    lesson, lessons, visitors
):
    visitor = visitors.visit(REQUEST.session_hash)
    visitor.draw(written_number([2, 5], gap=0.4))
    predictions = visitor.reading().predictions
    expected = [
        LESSONS[lesson].render(visitor.reader.recognizer, None, each) for each in predictions
    ]
    assert expected[0] != expected[1]
    for place in (1, 2):
        assert expected[place - 1] in explain(lessons, lesson, place)
    least = predictions.index(least_certain(predictions))
    for place in (None, 0, -1, 3, "2", 1.0):
        assert expected[least] in explain(lessons, lesson, place)


def test_there_is_a_named_button_for_each_lesson(lessons):
    buttons = re.findall(r'data-lesson="(\w+)".*?>([^<]+)<', lessons.row.html_template)
    titles = {name: lesson.title for name, lesson in LESSONS.items()}
    assert dict(buttons) == titles | {"teach": texts.TEACH}


def inside(recognizer: Recognizer) -> str:
    return render_inside(recognizer.mlp, recognizer.predict_ink(ink(recognizer)))


def network(*hidden: int) -> Recognizer:
    generator = np.random.default_rng(0)
    sizes = (784, *hidden, 10)
    weights = [generator.normal(0, 0.1, pair).astype(np.float32) for pair in pairwise(sizes)]
    biases = [np.zeros(size, np.float32) for size in sizes[1:]]
    return Recognizer(Mlp(tuple(weights), tuple(biases)))


@pytest.mark.parametrize(
    ("hidden", "columns"),
    [((1,), [1]), ((32,), [8]), ((32, 5), [8, 5]), ((4096,), [8]), ((20, 16, 12), [8, 8])],
)
def test_inside_shows_the_strongest_units_of_the_last_layers_and_a_table_of_them(hidden, columns):
    panel = inside(network(*hidden))
    groups = panel.split('class="inside-layer"')[1:]
    assert [group.count("<button") for group in groups] == columns
    assert max(columns) <= SHOWN_UNITS
    assert panel.count('<th scope="row">') == sum(columns)
    assert panel.count('class="fan"') == len(columns) + 1
    numbers = re.findall(r'data-unit="(\d+\.\d+)"', panel)
    assert len(numbers) == len(set(numbers)) == sum(columns)
    first = len(hidden) - len(columns)
    assert {int(number.split(".")[0]) for number in numbers} == set(range(first, len(hidden)))
    assert panel.count("data:image/png") == 2  # the picture, and one for all patterns


def test_inside_a_network_without_hidden_units_says_so():
    assert texts.INSIDE_NO_UNITS in inside(constant_network(3))


def test_inside_marks_the_digit_that_is_answered(recognizer):
    panel = inside(recognizer)
    (best,) = re.findall(r'<li class="best"[^>]*><span>(\d)</span>', panel)
    assert best == "7"
    assert texts.inside_caption(7) in panel
    lit = [float(each) for each in re.findall(r"--lit:([\d.]+)", panel)]
    assert 0 <= min(lit) < max(lit) == 1
