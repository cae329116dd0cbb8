import html
import json
import re

import numpy as np

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import pixels_as_png, render_answer
from digit_recognizer.ui.answer.number import render_reading
from digit_recognizer.ui.language import texts


def prediction(digit: int, confidence: float = 0.9, is_digit: bool = True) -> Prediction:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    pixels = np.zeros((28, 28), np.float32)
    pixels[4 + digit : 20, 14] = 1
    return Prediction(digit, confidence, probabilities, pixels, is_digit)


def buttons(panel: str) -> list[str]:
    return re.findall(r"<button[^>]*data-place[^>]*>", panel)


def shown_bars(panel: str) -> list[float]:
    return [float(share) for share in re.findall(r'data-probability="([\d.]+)"', panel)]


def test_a_single_digit_is_shown_as_ever():
    single = prediction(3)
    assert render_reading([single], "net") == render_answer(single, "net")


def test_one_element_holds_the_number_and_its_text_is_the_number():
    panel = render_reading([prediction(digit) for digit in (2, 0, 2, 5)], "net")
    (number,) = re.findall(r'<div[^>]*data-number="(\d+)".*?</div>', panel)
    assert number == "2025"
    assert "data-digit" not in panel
    inside = re.search(r"<div[^>]*data-number.*?</div>", panel).group()
    assert re.sub("<[^>]+>", "", inside) == "2025"
    assert "data-unsure" not in panel


def test_each_digit_carries_its_own_bars_view_and_caption():
    digits = [prediction(7, 0.8), prediction(1, 0.95), prediction(4, 0.5)]
    panel = render_reading(digits, "net")
    for place, (button, each) in enumerate(zip(buttons(panel), digits, strict=True), 1):
        answer = json.loads(html.unescape(re.search('data-answer="([^"]*)"', button).group(1)))
        assert answer["best"] == each.digit
        np.testing.assert_allclose(
            np.array(answer["shares"], float), each.probabilities, atol=0.0001
        )
        assert answer["values"][each.digit] == texts.percent(each.confidence)
        assert answer["view"] == pixels_as_png(each.pixels)
        assert answer["caption"].startswith(texts.place(place, 3))


def test_the_least_sure_digit_is_shown_first_and_the_caption_speaks_for_all():
    panel = render_reading([prediction(8, 0.97), prediction(6, 0.85), prediction(1, 0.99)], "n")
    assert shown_bars(panel)[6] == 0.85
    pressed = [re.search('aria-pressed="(true|false)"', button)[1] for button in buttons(panel)]
    assert pressed == ["false", "true", "false"]
    assert texts.sure_number(0.85) in panel


def test_a_digit_that_may_be_none_is_unsure_in_a_number_that_is_so_too():
    panel = render_reading([prediction(8, 0.7), prediction(6, 0.9, is_digit=False)], "n")
    assert ["data-unsure" in button for button in buttons(panel)] == [False, True]
    assert re.search(r"<div[^>]*data-number=\"86\"[^>]*data-unsure", panel)
    assert shown_bars(panel)[6] == 0.9
    assert texts.unsure_number() in panel


def test_there_are_ten_bars_and_one_view_however_long_the_number():
    panel = render_reading([prediction(digit % 10) for digit in range(30)], "<b>n</b>")
    assert re.findall(r'data-bar="(\d)"', panel) == list("0123456789")
    assert panel.count('id="network-view"') == 1
    assert "&lt;b&gt;n" in panel
