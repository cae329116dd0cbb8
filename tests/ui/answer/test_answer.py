import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import (
    pixels_as_png,
    render_answer,
    render_invitation,
    render_problem,
)
from digit_recognizer.ui.language import texts


def prediction(digit=3, confidence=0.9, is_digit=True, may_touch=False) -> Prediction:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    pixels = np.zeros((28, 28), np.float32)
    pixels[10:18, 14] = 1
    return Prediction(digit, confidence, probabilities, pixels, is_digit, may_touch)


def skeleton(html: str) -> list[str]:
    """The elements that take up room, in order."""
    return re.findall(r'class="(verdict|caption|bar|bars|digit|note)\b|id="([\w-]+)"', html)


@pytest.mark.parametrize("digit", range(10))
def test_names_the_digit_exactly_once(digit):
    html = render_answer(prediction(digit), "the network")
    assert re.findall(r'data-digit="(\d)"[^>]*>(\d)<', html) == [(str(digit), str(digit))]
    assert html.count("data-digit") == 1


def test_shows_ten_bars_in_fixed_order_with_their_shares():
    html = render_answer(prediction(7, 0.82), "the network")
    bars = re.findall(r'data-bar="(\d)" data-probability="([\d.]+)" style="--share:([\d.]+)"', html)
    assert [int(digit) for digit, _, _ in bars] == list(range(10))
    assert bars[7][1:] == ("0.8200", "0.8200")
    assert bars[0][1:] == ("0.0200", "0.0200")


def test_a_confident_answer_is_not_marked_unsure():
    html = render_answer(prediction(confidence=0.97), "the network")
    assert "data-unsure" not in html
    assert texts.sure(0.97) in html


def test_an_unsure_answer_says_so_and_names_the_runner_up():
    probabilities = np.array([0, 0.05, 0, 0, 0.5, 0, 0, 0, 0, 0.45], np.float32)
    html = render_answer(Prediction(4, 0.5, probabilities, np.zeros((28, 28))), "the network")
    assert 'data-digit="4" data-unsure' in html
    assert texts.unsure(4, 9) in html


def test_what_is_probably_no_digit_is_marked_unsure_however_confident():
    html = render_answer(prediction(confidence=0.99, is_digit=False), "the network")
    assert "data-unsure" in html
    assert texts.no_digit() in html


def test_what_may_be_digits_that_touch_is_marked_unsure_however_confident():
    html = render_answer(prediction(confidence=0.99, may_touch=True), "the network")
    assert "data-unsure" in html
    assert texts.may_touch() in html


@pytest.mark.parametrize("render", [render_invitation, lambda n: render_problem("No ink.", n)])
def test_without_an_answer_nothing_is_guessed(render):
    html = render("the network")
    assert "data-digit" not in html
    assert set(re.findall(r'data-probability="([\d.]+)"', html)) == {"0.0000"}


def test_all_states_have_the_same_elements_so_that_nothing_shifts():
    states = [
        render_invitation("n"),
        render_problem("No ink.", "n"),
        render_answer(prediction(), "n"),
        render_answer(prediction(confidence=0.3), "n"),
    ]
    skeletons = [
        [("headline", "") if kind[0] in ("digit", "note") else kind for kind in skeleton(html)]
        for html in states
    ]
    assert skeletons[0] == skeletons[1] == skeletons[2] == skeletons[3]
    assert skeletons[0].count(("", "network-view")) == 1


def test_says_which_network_answered():
    for html in (render_answer(prediction(), "net 5"), render_invitation("net 5")):
        assert re.search(r'id="model-in-use">net 5<', html)


def test_text_is_escaped():
    html = render_problem("<img src=x onerror=alert(1)>", "<b>net</b>")
    assert "<img src=x" not in html
    assert "&lt;b&gt;net" in html


def test_the_view_holds_the_very_pixels_the_network_saw():
    pixels = np.random.default_rng(0).random((28, 28), np.float32)
    uri = pixels_as_png(pixels)
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    decoded = np.asarray(Image.open(io.BytesIO(content)), np.float32)
    np.testing.assert_allclose(1 - decoded / 255, pixels, atol=0.5 / 255 + 1e-6)
    assert uri in render_answer(Prediction(1, 1.0, np.eye(10)[1], pixels), "n")


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.5, "50%"), (0.994, "99%"), (0.9999, "99%"), (1, "99%")]
)
def test_sure_never_reads_as_certain(share, text):
    assert texts.percent(share) == text
