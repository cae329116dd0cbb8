import base64
import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.lessons.lessons import LESSONS, LessonHandlers
from digit_recognizer.ui.lessons.looks import render_looks
from digit_recognizer.ui.lessons.misread import render_stages
from digit_recognizer.ui.lessons.panel import render_verdict
from digit_recognizer.ui.visitors.visitors import Network, Visitors
from tests.helpers import digital_digit, written_number

REQUEST = SimpleNamespace(session_hash="somebody")


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


@pytest.fixture
def visitors(recognizer):
    return Visitors(recognizer)


@pytest.fixture
def handlers(visitors):
    return LessonHandlers(visitors)


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


def constant_network(digit: int) -> Recognizer:
    bias = np.zeros(10, np.float32)
    bias[digit] = 20
    return Recognizer(Mlp((np.zeros((784, 10), np.float32),), (bias,)))


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
    pixels = ink(recognizer)
    panel = render_looks(recognizer, pixels)
    probabilities = recognizer.predict_ink(pixels).probabilities
    runner_up = int(np.argsort(probabilities)[-2])
    assert texts.reasons(7, runner_up) in panel
    terms = dict(re.findall(r'data-term="(\w+)"><dt>[^<]*</dt><dd>([^<]+)</dd>', panel))
    numbers = {name: float(value.replace("−", "-")) for name, value in terms.items()}
    assert numbers["for"] > 0 > numbers["against"]
    parts = numbers["for"] + numbers["against"] + numbers["bias"]
    assert parts == pytest.approx(numbers["lead"], abs=0.021)
    assert [digit for digit, _ in said(panel)] == [runner_up]


def test_a_network_that_nothing_flips_says_so(recognizer):
    panel = render_looks(constant_network(4), ink(recognizer))
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
def test_a_lesson_follows_the_drawing_and_the_network(handlers, visitors, lesson):
    empty = handlers.explain(lesson, REQUEST)
    assert texts.NOTHING_TO_EXPLAIN[lesson] in empty
    visitor = visitors.visit("somebody")
    visitor.draw(drawing())
    shown = handlers.explain(lesson, REQUEST)
    assert f'data-shows="{lesson}"' in shown
    assert shown.count("<img") >= 4
    visitor.use_network(Network(constant_network(3), "threes"))
    assert handlers.explain(lesson, REQUEST) != shown
    visitor.draw([])
    assert handlers.explain(lesson, REQUEST) == empty


def test_an_upload_is_explained_and_what_has_no_ink_is_not(handlers, visitors, tmp_path):
    visitor = visitors.visit("somebody")
    picture = Image.new("L", (60, 60), 255)
    picture.save(tmp_path / "empty.png")
    picture.paste(0, (28, 10, 33, 50))
    picture.save(tmp_path / "one.png")
    visitor.upload(str(tmp_path / "one.png"))
    assert said(handlers.explain("stages", REQUEST))[-1] == (1, False)
    visitor.upload(str(tmp_path / "empty.png"))
    assert texts.NOTHING_TO_EXPLAIN["stages"] in handlers.explain("stages", REQUEST)
    visitor.upload(None)
    visitor.draw([np.array([(1.5, 1.5), (1.9, 1.9)], np.float32)])
    assert texts.NOTHING_TO_EXPLAIN["looks"] in handlers.explain("looks", REQUEST)


@pytest.mark.parametrize("name", [None, "", "teach", 1, ["looks"], {"looks": 1}])
def test_what_is_no_lesson_shows_nothing(handlers, name):
    assert handlers.explain(name, REQUEST) == ""


def test_a_replay_is_a_gif_for_the_browser_to_save(handlers):
    strokes = [stroke.tolist() for stroke in drawing()]
    file = handlers.replay(strokes, REQUEST)
    assert file["orig_name"].endswith(".gif")
    kind, _, content = file["url"].partition(",")
    assert kind == "data:image/gif;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.is_animated


@pytest.mark.parametrize("value", [None, [], "strokes", [[[0.5, float("nan")]]], [[]]])
def test_without_strokes_there_is_no_replay(handlers, value):
    assert handlers.replay(value, REQUEST) is None


@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_say_that_they_explain_one_digit_only(lesson, handlers, visitors):
    visitors.visit(REQUEST.session_hash).draw(written_number([2, 5], gap=0.4))
    assert texts.EXPLAINS_ONE_DIGIT in handlers.explain(lesson, REQUEST)
