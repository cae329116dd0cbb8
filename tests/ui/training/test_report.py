import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from digit_recognizer.network.evaluation import Evaluation, Mistake
from digit_recognizer.ui.report.report import Pick, render_mistakes, render_report


def mistake(label: int, digit: int, confidence: float = 0.75) -> Mistake:
    return Mistake(np.full((28, 28), 10 * label, np.uint8), label, digit, confidence)


@pytest.fixture
def evaluation():
    """Of 1,000 digits, 3 sevens were read as 1, and 20 fours as 9, of which 13 are kept."""
    confusion = np.diag([100] * 10)
    confusion[7, 7], confusion[7, 1] = 97, 3
    confusion[4, 4], confusion[4, 9] = 80, 20
    mistakes = [mistake(4, 9)] * 13 + [mistake(7, 1)] * 3
    return Evaluation(confusion, tuple(mistakes))


def test_accuracy_stands_beside_the_built_in_networks(evaluation):
    html = render_report(evaluation, 0.9938)
    scores = re.findall(r'data-score="(\w+)"><dt>[^<]+</dt><dd>([^<]+)', html)
    assert scores == [("yours", "97.70%"), ("shipped", "99.38%")]
    assert "1,000 digits" in html


def test_without_a_figure_of_the_built_in_network_there_is_no_comparison(evaluation):
    assert re.findall(r'data-score="(\w+)"', render_report(evaluation, None)) == ["yours"]


def test_the_matrix_shows_every_count_and_every_mistake_is_a_button(evaluation):
    section = ElementTree.fromstring(render_report(evaluation, None))
    rows = section.findall("div/table/tbody/tr")
    shown = [["".join(cell.itertext()) for cell in row] for row in rows]
    assert [row[0] for row in shown] == list("0123456789")
    assert shown[4][1:] == ["·", "·", "·", "·", "80", "·", "·", "·", "·", "20"]
    buttons = [
        (button.get("data-label"), button.get("data-read-as"), button.get("aria-label"))
        for button in section.iter("button")
    ]
    assert buttons == [
        ("4", None, "4: 20 mistakes"),
        ("4", "9", "4 read as 9: 20 times"),
        ("7", None, "7: 3 mistakes"),
        ("7", "1", "7 read as 1: 3 times"),
    ]


@pytest.mark.parametrize(
    ("pick", "heading", "shown"),
    [
        (Pick(), "Most confident mistakes", 12),
        (Pick(7), "7 read as another digit: 3 times", 3),
        (Pick(7, 1), "7 read as 1: 3 times", 3),
        (Pick(4, 9), "4 read as 9: 20 times, the 13 most confident", 13),
        (Pick(None, 9), "Digits read as 9: 20 times, the 13 most confident", 13),
        (Pick(0), "No mistakes", 0),
    ],
)
def test_mistakes_are_those_that_were_picked(evaluation, pick, heading, shown):
    html = render_mistakes(evaluation, pick)
    assert heading in html
    said = re.findall(r'alt="Picture of (\d)"[^>]*><figcaption><b>(\d)</b> 75%<br>is (\d)<', html)
    assert len(said) == html.count("<img") == shown
    assert all(alt == label for alt, _, label in said)
    assert {(int(label), int(digit)) for label, digit, _ in said} <= {(4, 9), (7, 1)}


def test_a_perfect_network_has_no_mistakes_to_show():
    perfect = Evaluation(np.diag([5] * 10), ())
    assert "No mistakes" in render_mistakes(perfect, Pick())
    assert "<button" not in render_report(perfect, 0.9)


@pytest.mark.parametrize(
    ("value", "pick"),
    [
        ({"label": 4, "digit": 9}, Pick(4, 9)),
        ({"label": 4, "digit": None}, Pick(4)),
        ({"label": None, "digit": None}, Pick()),
        ({"label": 10, "digit": -1}, Pick()),
        ({"label": "4", "digit": 9.0}, Pick()),
        ({"label": True, "digit": [9]}, Pick()),
        ({}, Pick()),
    ],
)
def test_a_pick_from_the_browser_is_checked(value, pick):
    assert Pick.parse(value) == pick
