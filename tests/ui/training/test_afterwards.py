import html
import re
import xml.etree.ElementTree as ElementTree

import gradio as gr
import numpy as np
import pytest

from digit_recognizer.recognizer import Prediction
from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.report.afterwards import Afterwards
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.training.time_machine import TimeMachine, render_strip
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import (
    CONFIG,
    REQUEST,
    constant_network,
    drawing,
    epoch,
    finished,
    sent,
    working,
)


class Page:
    """The parts that show what a training has left, over a visitor who has trained three epochs."""

    def __init__(self):
        visitors = Visitors(constant_network(5))
        self.visitor = visitors.visit(REQUEST.session_hash)
        self.visitor.draw(drawing())
        self.run = self.visitor.new_run(CONFIG)
        for number in (1, 2, 3):
            self.run.add(epoch(number, says=number))
        with gr.Blocks():
            self.answer, self.status, self.charts = AnswerPanel(), gr.HTML(), Charts([])
            self.afterwards = Afterwards(visitors, constant_network(5))
            self.afterwards.box.render()
            self.machine = TimeMachine(visitors, self.answer, self.charts, self.status)

    def show(self, *results) -> dict:
        """What is shown when the training has ended with these results."""
        for result in results:
            self.run.finish(result)
        self.run.trained = Network(constant_network(3), "mine")
        return self.afterwards.show(self.visitor)


@pytest.fixture
def page():
    return Page()


def test_an_epoch_that_is_looked_at_answers_and_everything_goes_with_it(page):
    changes = page.machine.look_back(2, REQUEST)
    assert 'data-digit="2"' in changes[page.answer]
    assert 'data-marked="2"' in changes[page.charts.loss]
    assert 'data-marked="2"' in changes[page.charts.accuracy]
    assert changes[page.machine.summary] == page.run.summary(2)


@pytest.mark.parametrize("value", [0, 4, None, "2", 2.0, True])
def test_an_epoch_that_is_not_there_is_said_and_changes_nothing(page, value):
    changes = page.machine.look_back(value, REQUEST)
    assert changes[page.machine.summary] == texts.EPOCH_GONE
    assert 'data-digit="5"' in changes[page.answer]
    assert page.charts.loss not in changes
    assert html.escape(texts.EPOCH_GONE) in page.machine.use(value, REQUEST)[page.status]


def test_an_epoch_that_was_dropped_cannot_be_used(page):
    page.run.discard()
    assert html.escape(texts.EPOCH_GONE) in page.machine.use(2, REQUEST)[page.status]


def test_a_used_epoch_becomes_the_visitors_own_network(page):
    changes = page.machine.use(2, REQUEST)
    assert texts.EPOCH_KEPT in changes[page.status]
    assert 'data-digit="2"' in changes[page.answer]
    assert page.visitor.network.name == texts.yours_of_epoch("Quick", 2, 3, 0.91)


def test_no_epoch_is_used_during_a_training(page):
    job = working(page.visitor)
    assert texts.BUSY in page.machine.use(2, REQUEST)[page.status]
    assert page.machine.read_again(REQUEST) == gr.skip()
    assert page.visitor.network.name == texts.built_in(None)
    job.close()


def cells(strip: str) -> list[tuple[str, str]]:
    return re.findall(r'data-epoch="(\d+)" data-said="(\d*)"', strip)


def test_a_new_drawing_is_read_by_every_epoch_and_the_chosen_one_stays(page):
    page.machine.look_back(2, REQUEST)
    strip = page.machine.read_again(REQUEST)[page.machine.strip]
    assert cells(strip) == [("1", "1"), ("2", "2"), ("3", "3")]
    assert re.findall(r'data-epoch="(\d)"[^>]*aria-checked="true"', strip) == ["2"]
    page.visitor.draw([])
    strip = page.machine.read_again(REQUEST)[page.machine.strip]
    assert cells(strip) == [("1", ""), ("2", ""), ("3", "")]


def test_what_is_unsure_is_pale_and_a_long_number_is_cut():
    def said(digit: int, confidence: float) -> Prediction:
        likely = np.full(10, (1 - confidence) / 9, np.float32)
        likely[digit] = confidence
        return Prediction(digit, confidence, likely, np.zeros((28, 28), np.float32))

    strip = render_strip({0: [said(4, 0.3)], 1: [said(7, 0.99)], 2: [said(1, 0.9)] * 6}, 1)
    cells = ElementTree.fromstring(f"<div>{strip}</div>").findall("div/button")
    assert [cell.get("data-unsure") is not None for cell in cells] == [True, False, False]
    assert [cell.text for cell in cells] == ["4", "7", "111…"]
    assert cells[2].get("data-said") == "111111"
    assert cells[1].get("aria-label") == texts.strip_answer(1, "7", 0.99)
    assert [cell.get("tabindex") for cell in cells] == ["-1", "0", "-1"]


def test_the_test_is_shown_beside_the_built_in_networks(page):
    shown = page.show(finished())
    assert "97.89%" in shown[page.afterwards.report]
    assert page.afterwards.outputs == list(shown)
    assert "9 read as 8" not in shown[page.afterwards.mistakes]


def test_without_a_test_there_are_the_trainings_and_no_report(page):
    shown = page.show()
    assert shown[page.afterwards.report] == shown[page.afterwards.mistakes] == ""
    assert 'class="runs"' in shown[page.afterwards.runs]


def test_a_pick_shows_its_mistakes(page):
    pick = sent({"label": 9, "digit": 8})
    assert page.afterwards.pick_mistakes(pick, REQUEST) == {page.afterwards.mistakes: ""}
    page.run.finish(finished())
    (panel,) = page.afterwards.pick_mistakes(pick, REQUEST).values()
    assert "9 read as 8: 211 times" in panel
    (panel,) = page.afterwards.pick_mistakes(sent(None), REQUEST).values()
    assert "211 times" not in panel
