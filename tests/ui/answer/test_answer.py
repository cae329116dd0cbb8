import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import least_certain, render_problem, render_reading
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Reading
from digit_recognizer.ui.widgets import pixels_as_png


def prediction(digit=3, confidence=0.9, is_digit=True, may_touch=False, none=None) -> Prediction:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    pixels = np.zeros((28, 28), np.float32)
    pixels[4 + digit : 20, 14] = 1
    return Prediction(
        digit,
        confidence,
        probabilities,
        pixels,
        is_digit=is_digit,
        may_touch=may_touch,
        none=none,
    )


def render(*predictions: Prediction, network: str = "the network", problem: str = "") -> str:
    lines = [list(predictions)] if predictions else []
    return render_reading(Reading(Network(None, network), lines, problem))


def buttons(panel: str) -> list[str]:
    return re.findall(r"<button[^>]*data-place[^>]*>", panel)


def shown_bars(panel: str) -> list[float]:
    return [float(share) for share in re.findall(r'data-probability="([\d.]+)"', panel)]


def skeleton(panel: str) -> list[str]:
    """The elements that take up room, in order."""
    return re.findall(r'class="(verdict|caption|bar|bars|digit|note)\b|id="([\w-]+)"', panel)


@pytest.mark.parametrize("digit", range(10))
def test_names_the_digit_exactly_once(digit):
    panel = render(prediction(digit))
    assert re.findall(r'data-digit="(\d)"[^>]*>(\d)<', panel) == [(str(digit), str(digit))]
    assert panel.count("data-digit") == 1


def test_shows_the_bars_of_ten_digits_in_fixed_order_with_their_shares():
    panel = render(prediction(7, 0.82))
    bars = re.findall(
        r'data-bar="(\d)" data-probability="([\d.]+)" style="--share:([\d.]+)"', panel
    )
    assert [int(digit) for digit, _, _ in bars] == list(range(10))
    assert bars[7][1:] == ("0.8200", "0.8200")
    assert bars[0][1:] == ("0.0200", "0.0200")


def test_a_confident_answer_is_not_marked_unsure():
    panel = render(prediction(confidence=0.97))
    assert "data-unsure" not in panel
    assert texts.sure(0.97) in panel


def test_an_unsure_answer_says_so_and_names_the_runner_up():
    probabilities = np.array([0, 0.05, 0, 0, 0.5, 0, 0, 0, 0, 0.45], np.float32)
    panel = render(Prediction(4, 0.5, probabilities, np.zeros((28, 28))))
    assert 'data-digit="4" data-unsure' in panel
    assert texts.unsure(4, 9) in panel


def test_what_is_probably_no_digit_is_marked_unsure_however_confident():
    panel = render(prediction(confidence=0.99, is_digit=False))
    assert "data-unsure" in panel
    assert texts.no_digit() in panel


def test_what_may_be_digits_that_touch_is_marked_unsure_however_confident():
    panel = render(prediction(confidence=0.99, may_touch=True))
    assert "data-unsure" in panel
    assert texts.may_touch() in panel


@pytest.mark.parametrize("problem", ["", "No ink."])
def test_without_an_answer_nothing_is_guessed(problem):
    panel = render(problem=problem)
    assert "data-digit" not in panel
    assert set(re.findall(r'data-probability="([\d.]+)"', panel)) == {"0.0000"}


def test_all_states_have_the_same_elements_so_that_nothing_shifts():
    states = [
        render(),
        render(problem="No ink."),
        render_problem("No drawing.", Network(None, "the network")),
        render(prediction()),
        render(prediction(confidence=0.3)),
    ]
    skeletons = [
        [("headline", "") if kind[0] in ("digit", "note") else kind for kind in skeleton(panel)]
        for panel in states
    ]
    assert all(each == skeletons[0] for each in skeletons)
    assert skeletons[0].count(("", "network-view")) == 1


def test_says_which_network_answered():
    for panel in (render(prediction(), network="net 5"), render(network="net 5")):
        assert re.search(r'id="model-in-use"[^>]*><bdi>net 5<', panel)


def test_text_is_escaped():
    panel = render(problem="<img src=x onerror=alert(1)>", network="<b>net</b>")
    assert "<img src=x" not in panel
    assert "&lt;b&gt;net" in panel


def test_the_view_holds_the_very_pixels_the_network_saw():
    pixels = np.random.default_rng(0).random((28, 28), np.float32)
    uri = pixels_as_png(pixels)
    assert uri in render(Prediction(1, 1.0, np.eye(10)[1], pixels))


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.5, "50%"), (0.994, "99%"), (0.9999, "99%"), (1, "99%")]
)
def test_sure_never_reads_as_certain(share, text):
    assert texts.percent(share) == text


def test_one_element_holds_the_number_and_its_text_is_the_number():
    panel = render(*(prediction(digit) for digit in (2, 0, 2, 5)))
    (number,) = re.findall(r'<div[^>]*data-number="(\d+)".*?</div>', panel)
    assert number == "2025"
    assert "data-digit" not in panel
    inside = re.search(r"<div[^>]*data-number.*?</div>", panel).group()
    assert re.sub("<[^>]+>", "", inside) == "2025"
    assert "data-unsure" not in panel


def test_each_digit_carries_its_own_bars_view_and_caption():
    digits = [prediction(7, 0.8), prediction(1, 0.95), prediction(4, 0.5)]
    panel = render(*digits)
    for place, (button, each) in enumerate(zip(buttons(panel), digits, strict=True), 1):
        answer = json.loads(html.unescape(re.search('data-answer="([^"]*)"', button).group(1)))
        assert answer["best"] == each.digit
        np.testing.assert_allclose(
            np.array(answer["probabilities"][:10], float), each.probabilities, atol=0.0001
        )
        assert answer["values"][each.digit] == texts.percent(each.confidence)
        assert answer["view"] == pixels_as_png(each.pixels)
        assert answer["caption"].startswith(texts.place(place, 3))


def test_the_least_certain_digit_is_shown_first_and_the_caption_speaks_for_all():
    panel = render(prediction(8, 0.97), prediction(6, 0.85), prediction(1, 0.99))
    assert shown_bars(panel)[6] == 0.85
    pressed = [re.search('aria-pressed="(true|false)"', button)[1] for button in buttons(panel)]
    assert pressed == ["false", "true", "false"]
    assert texts.sure_number(0.85) in panel


def test_a_digit_that_may_be_none_is_unsure_in_a_number_that_is_so_too():
    panel = render(prediction(8, 0.7), prediction(6, 0.9, is_digit=False))
    assert ["data-unsure" in button for button in buttons(panel)] == [False, True]
    assert re.search(r"<div[^>]*data-number=\"86\"[^>]*data-unsure", panel)
    assert shown_bars(panel)[6] == 0.9
    assert texts.unsure_number() in panel


def test_there_are_eleven_bars_and_one_view_however_long_the_number():
    panel = render(*(prediction(digit % 10) for digit in range(30)), network="<b>n</b>")
    assert re.findall(r'data-bar="(\w+)"', panel) == [*"0123456789", "none"]
    assert panel.count('id="network-view"') == 1
    assert "&lt;b&gt;n" in panel


def test_a_doubted_digit_is_less_certain_than_one_with_less_confidence():
    doubted = prediction(6, 0.9, is_digit=False)
    assert least_certain([prediction(8, 0.7), doubted, prediction(1, 0.65)]) is doubted


def lengths(panel: str) -> dict[str, float]:
    found = re.findall(r'data-bar="(\w+)".*?style="--share:([\d.]+)"', panel)
    return {name: float(share) for name, share in found}


def test_a_network_that_knows_what_is_no_digit_has_a_bar_for_it_and_all_sum_to_one():
    drawn = lengths(render(prediction(4, 0.91, none=0.2)))
    assert drawn["none"] == 0.2
    assert drawn["4"] == pytest.approx(0.728)
    assert sum(drawn.values()) == pytest.approx(1, abs=0.001)


def test_a_network_that_does_not_know_it_says_so_instead():
    panel = render(prediction(4, 0.91))
    assert lengths(panel)["none"] == 0
    assert texts.NONE_UNKNOWN in panel
    assert texts.NONE_UNKNOWN not in render(prediction(4, 0.91, none=0.0))


def test_less_than_half_a_percent_draws_nothing():
    panel = render(prediction(4, 0.97, none=0.001))
    assert {name for name, share in lengths(panel).items() if share} == {"4"}


@pytest.mark.parametrize(
    ("answer", "caption"),
    [
        (prediction(4, 0.99, is_digit=False, none=0.7), texts.no_digit()),
        (prediction(4, 0.99, is_digit=True, none=0.45), texts.perhaps_none(4)),
        (prediction(4, 0.5, is_digit=False, none=0.02), texts.unsure(4, 9)),
        (prediction(4, 0.99, may_touch=True, none=0.0), texts.may_touch()),
    ],
)
def test_a_doubted_answer_has_grey_bars_and_its_reason(answer, caption):
    panel = render(answer)
    assert caption in panel
    assert 'class="bars doubted"' in panel
    assert "data-unsure" in panel
    assert "doubted" not in render(prediction(4, 0.99, none=0.01))


def test_what_the_built_in_network_reads_stands_beside_another_ones_answer():
    mine = Network(None, "mine")
    said = render_reading(Reading(mine, [[prediction(3)]], built_in=[[prediction(5, 0.95)]]))
    assert texts.built_in_says("5", 0.95) in said
    doubt = render_reading(Reading(mine, [[prediction(3)]], built_in=[[prediction(5, 0.3)]]))
    assert texts.built_in_doubts("5") in doubt
    assert "Built-in" not in render(prediction(3))


def test_several_lines_are_shown_as_lines_and_their_value_has_a_space_between_them():
    lines = [[prediction(1), prediction(2)], [prediction(3, 0.7), prediction(4), prediction(5)]]
    panel = render_reading(Reading(Network(None, "net"), lines))
    assert 'data-number="12 345"' in panel
    assert "--length:3;--lines:2" in panel
    inside = re.search(r"<div[^>]*data-number.*?</div>", panel).group()
    assert re.sub("<[^>]+>", "", inside) == "12 345"
    assert inside.count("<br>") == 1
    places = re.findall(r'data-place="(\d)".*?aria-pressed="(\w+)"', inside)
    assert places == [("1", "false"), ("2", "false"), ("3", "true"), ("4", "false"), ("5", "false")]


def test_each_digit_tells_its_place_in_the_picture():
    seven = replace(prediction(7), box=(1, 2, 30, 40))
    one = render_reading(Reading(Network(None, "net"), [[seven]]))
    assert re.findall('data-box="([^"]+)"', one) == ["1 2 30 40"]
    two = render_reading(Reading(Network(None, "net"), [[seven, prediction(1)]]))
    assert re.findall('data-box="([^"]+)"', two) == ["1 2 30 40", "0 0 0 0"]
