import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import gradio as gr
import pytest

from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Charts, Series, render_accuracy, render_loss
from digit_recognizer.ui.visitors.networks import Storage
from digit_recognizer.ui.visitors.run import Run
from tests.helpers import CONFIG, epoch

CHARTS = (render_loss, render_accuracy)


def points(svg: str, series: str) -> list[tuple[float, float]]:
    found = re.findall(
        rf'data-series="{series}" data-epoch="\d+" cx="([\d.]+)%" cy="([\d.]+)%"', svg
    )
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("render", CHARTS)
def test_is_well_formed_and_labelled_for_screen_readers(render):
    figure = ElementTree.fromstring(render(Series((0.5, 0.4), (0.6, 0.5), 10)))
    svg = figure.find("div/svg")
    assert svg.get("role") == "img"
    assert "2 epochs" in svg.get("aria-label")
    for series in ("training", "validation"):
        assert series in "".join(svg.itertext())


@pytest.mark.parametrize("render", CHARTS)
def test_gains_one_point_a_series_for_each_epoch(render):
    for epochs in range(4):
        svg = render(Series((0.9,) * epochs, (0.8,) * epochs, 5))
        assert len(points(svg, "training")) == len(points(svg, "validation")) == epochs


def test_places_values_linearly_between_the_ticks():
    svg = render_loss(Series((0.8, 0.4, 0.0), (0.8, 0.8, 0.8), 3))
    (x1, y1), (x2, y2), (x3, y3) = points(svg, "training")
    assert x2 - x1 == pytest.approx(x3 - x2)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.11)
    assert y1 < y2 < y3


def test_higher_accuracy_stands_higher_and_never_above_all():
    svg = render_accuracy(Series((0.9, 1.0), (0.95, 0.97), 2))
    (_, low), (_, high) = points(svg, "training")
    assert high < low
    top = min(float(y) for y in re.findall(r'class="grid" x1="0%" y1="([\d.]+)%"', svg))
    assert high == top
    assert "100" in svg


@pytest.mark.parametrize("values", [(), (0.0,), (1.0,), (0.00001,), (1e6, 3.0), (math.nan, 0.5)])
@pytest.mark.parametrize("render", CHARTS)
@pytest.mark.parametrize("epochs", [1, 2, 200])
def test_odd_values_still_draw_inside_the_frame(render, values, epochs):
    svg = render(Series(values, values, epochs))
    ElementTree.fromstring(svg)
    assert not re.search(r'(cx|cy|points|x1)="[^"]*nan', svg)
    for x, y in points(svg, "training"):
        assert 0 <= x <= 100
        assert 0 <= y <= 100


@pytest.mark.parametrize("render", CHARTS)
def test_every_epoch_has_a_column_that_brings_up_its_values(render):
    figure = ElementTree.fromstring(render(Series((0.5, 0.25), (0.75, 0.125), 4, (0.375,))))
    first, second = figure.findall("div/svg/g[@class='epoch']")
    column = first.find("rect")
    ends = [float(each.find("rect").get("x").rstrip("%")) for each in (first, second)]
    width = float(column.get("width").rstrip("%"))
    assert width == pytest.approx(ends[1] - ends[0], abs=0.02)
    assert width > 30
    readout = "".join(first.find("text[@class='readout']").itertext())
    for number in ("0.5000", "0.7500", "0.3750") if render is render_loss else ("50", "75", "37.5"):
        assert number in readout
    assert texts.PREVIOUS_SHORT not in "".join(second.itertext())


@pytest.mark.parametrize("render", CHARTS)
def test_a_table_says_the_same_to_those_who_cannot_see(render):
    figure = ElementTree.fromstring(render(Series((0.5, 0.25), (0.75, 0.125), 4, (0.375,))))
    rows = [["".join(cell.itertext()) for cell in row] for row in figure.findall("table/tbody/tr")]
    assert [row[0] for row in rows] == ["1", "2"]
    assert rows[0][1:] == (
        ["0.5000", "0.7500", "0.3750"] if render is render_loss else ["50.00%", "75.00%", "37.50%"]
    )
    assert ElementTree.fromstring(render(Series((), (), 4))).find("table") is None


@pytest.mark.parametrize("render", CHARTS)
def test_the_previous_run_stays_as_a_line_of_its_own_with_a_legend(render):
    svg = render(Series((0.5,), (0.6,), 2, (0.9, 0.8, 0.7)))
    (line,) = re.findall(r'<polyline class="curve previous" points="([^"]*)"', svg)
    xs = [float(pair.split(",")[0]) for pair in line.split()]
    assert len(xs) == 3
    assert xs[-1] <= 100
    assert texts.PREVIOUS_SHORT in svg
    assert texts.PREVIOUS_SHORT not in render(Series((0.5,), (0.6,), 2))


@pytest.mark.parametrize("render", CHARTS)
def test_the_epoch_that_is_looked_at_is_marked(render):
    series = Series((0.5, 0.4, 0.3), (0.6, 0.5, 0.4), 5, marked=2)
    svg = render(series)
    (x,) = re.findall(r'class="mark" data-marked="2" x1="([\d.]+)%"', svg)
    assert float(x) == points(svg, "training")[1][0]
    assert "data-marked" not in render(replace(series, marked=None))


def test_the_axis_of_many_epochs_is_not_crowded():
    svg = render_loss(Series((), (), 200))
    labels = re.findall(r'class="tick"[^>]*>(\d+)<', svg)
    assert 5 <= len(labels) <= 10


def test_before_the_first_epoch_it_says_what_will_come():
    assert "adds a point here" in render_loss(Series((), (), 10))
    assert "adds a point here" not in render_loss(Series((1.0,), (1.0,), 10))


@pytest.fixture
def run():
    run = Run(CONFIG, Storage().new_shelf())
    for number in (1, 2, 3):
        run.add(epoch(number))
    return run


def test_both_charts_show_a_run_and_mark_an_epoch(run):
    with gr.Blocks():
        charts = Charts()
    drawn = charts.draw(run, 2)
    assert list(drawn) == charts.outputs
    for chart in (drawn[charts.loss], drawn[charts.accuracy]):
        assert re.findall(r'data-marked="(\d)"', chart) == ["2"]
        assert len(points(chart, "training")) == len(points(chart, "validation")) == 3
    assert "epoch 3, training: 0.1667" in drawn[charts.loss]
    assert "epoch 3, validation: 91.00%" in drawn[charts.accuracy]
    assert "data-marked" not in "".join(charts.draw(run).values())


def test_the_previous_run_stays_in_sight(run):
    assert Series.of(run, "loss").previous == []
    again = Run(CONFIG, Storage().new_shelf(), run)
    assert Series.of(again, "loss").previous == [0.4] * 3
    assert Series.of(again, "accuracy").previous == [0.91] * 3


def test_the_accuracy_axis_follows_validation_so_that_late_epochs_differ():
    svg = render_accuracy(Series((0.85, 0.95, 0.97), (0.9, 0.982, 0.989), 3))
    (_, low), (_, second), (_, third) = points(svg, "validation")
    assert second - third > 5
    assert low == 100
    assert svg.count(" outside") == 1  # the first point of training


@pytest.mark.parametrize("render", CHARTS)
def test_the_ends_of_the_curves_are_labelled_and_apart(render):
    svg = render(Series((0.5, 0.97), (0.6, 0.968), 2))
    ends = re.findall(r'class="end (\w+)" x="[\d.]+%" y="(-?[\d.]+)%"[^>]*>([\d.%]+)<', svg)
    assert sorted(kind for kind, _, _ in ends) == ["training", "validation"]
    assert abs(float(ends[0][1]) - float(ends[1][1])) > 12
    assert {"97.0%", "96.8%"} == {text for _, _, text in ends} or render is render_loss


def test_one_line_says_why_training_is_below_validation_where_digits_are_distorted():
    with gr.Blocks():
        charts = Charts()
    for augment in (False, True):
        drawn = charts.draw(Run(replace(CONFIG, augment=augment), Storage().new_shelf()))
        assert (texts.DISTORTED in drawn[charts.note]) == augment
