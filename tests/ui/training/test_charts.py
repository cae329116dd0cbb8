import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import gradio as gr
import pytest

from digit_recognizer.training.events import BatchProgress
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.charts import Charts
from digit_recognizer.ui.training.plot import LEAST_LOSS, Series, render_accuracy, render_loss
from digit_recognizer.ui.visitors.networks import Storage
from digit_recognizer.ui.visitors.run import Run
from tests.helpers import CONFIG, epoch

CHARTS = (render_loss, render_accuracy)


def series(training, validation, epochs, previous=(), **settings) -> Series:
    """A series of values from the first epoch on."""
    curves = [dict(enumerate(values, 1)) for values in (training, validation, previous)]
    return Series(curves[0], curves[1], epochs, curves[2], **settings)


def points(svg: str, series: str) -> list[tuple[float, float]]:
    found = re.findall(
        rf'data-series="{series}" data-epoch="\d+" cx="([\d.]+)%" cy="([\d.]+)%"', svg
    )
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("render", CHARTS)
def test_is_well_formed_and_labelled_for_screen_readers(render):
    figure = ElementTree.fromstring(render(series((0.5, 0.4), (0.6, 0.5), 10)))
    svg = figure.find("div/svg")
    assert svg.get("role") == "img"
    assert "2 epochs" in svg.get("aria-label")
    for name in ("training", "validation"):
        assert name in "".join(svg.itertext())


@pytest.mark.parametrize("render", CHARTS)
def test_gains_one_point_a_series_for_each_epoch(render):
    for epochs in range(4):
        svg = render(series((0.9,) * epochs, (0.8,) * epochs, 5))
        assert len(points(svg, "training")) == len(points(svg, "validation")) == epochs


def test_equal_factors_of_the_loss_are_equal_steps():
    svg = render_loss(series((0.8, 0.4, 0.2), (0.8, 0.8, 0.8), 3))
    (x1, y1), (x2, y2), (x3, y3) = points(svg, "training")
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.02)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.02)
    assert y1 < y2 < y3


@pytest.mark.parametrize(("low", "high"), [(0.02, 2.4), (0.3, 0.31), (1e-9, 1e6), (1.0, 1.0)])
def test_the_axis_of_the_loss_holds_all_values_and_is_not_crowded(low, high):
    svg = render_loss(series((high, low), (high, low), 2))
    ticks = [float(tick) for tick in re.findall(r'class="tick value"[^>]*>([\d.e+-]+)<', svg)]
    assert ticks[0] <= max(low, LEAST_LOSS)
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 12


@pytest.mark.parametrize("render", CHARTS)
def test_the_untrained_network_is_where_the_curves_begin(render):
    values = {0: 0.1, 1: 0.9, 2: 0.95}
    svg = render(Series(values, values, 2))
    xs = [x for x, _ in points(svg, "validation")]
    assert xs == [0, 50, 100]
    assert 'data-series="validation" data-epoch="0"' in svg


def test_the_untrained_network_does_not_stretch_the_axis_of_accuracy():
    trained = {1: 0.982, 2: 0.989}
    svg = render_accuracy(Series({0: 0.1, **trained}, {0: 0.1, **trained}, 2))
    (_, first), (_, second), (_, third) = points(svg, "validation")
    assert first == 100
    assert second - third > 50
    alone = render_accuracy(Series({0: 0.1}, {0: 0.1}, 2))
    assert ">100%<" in alone
    assert ">0%<" in alone


def test_a_thin_line_shows_the_loss_within_the_epochs():
    within = ((0.25, 2.0), (0.5, 1.0), (1.0, 0.5))
    svg = render_loss(Series({0: 2.3, 1: 0.6}, {0: 2.3, 1: 0.4}, 2, within=within))
    (line,) = re.findall(r'<polyline class="curve within" points="([^"]*)"', svg)
    assert [float(pair.split(",")[0]) for pair in line.split()] == [12.5, 25, 50]
    heights = [float(pair.split(",")[1]) for pair in line.split()]
    assert heights == sorted(heights)
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.02)


def test_higher_accuracy_stands_higher_and_never_above_all():
    svg = render_accuracy(series((0.9, 1.0), (0.95, 0.97), 2))
    (_, low), (_, high) = points(svg, "training")
    assert high < low
    top = min(float(y) for y in re.findall(r'class="grid" x1="0%" y1="([\d.]+)%"', svg))
    assert high == top
    assert "100" in svg


@pytest.mark.parametrize("values", [(), (0.0,), (1.0,), (0.00001,), (1e6, 3.0), (math.nan, 0.5)])
@pytest.mark.parametrize("render", CHARTS)
@pytest.mark.parametrize("epochs", [1, 2, 200])
def test_odd_values_still_draw_inside_the_frame(render, values, epochs):
    svg = render(series(values, values, epochs))
    ElementTree.fromstring(svg)
    assert not re.search(r'(cx|cy|points|x1)="[^"]*nan', svg)
    for x, y in points(svg, "training"):
        assert 0 <= x <= 100
        assert 0 <= y <= 100


@pytest.mark.parametrize("render", CHARTS)
def test_every_epoch_has_a_column_that_brings_up_its_values(render):
    figure = ElementTree.fromstring(render(series((0.5, 0.25), (0.75, 0.125), 3, (0.375,))))
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
    figure = ElementTree.fromstring(render(series((0.5, 0.25), (0.75, 0.125), 4, (0.375,))))
    rows = [
        ["".join(cell.itertext()) for cell in row] for row in figure.findall(".//table/tbody/tr")
    ]
    assert [row[0] for row in rows] == ["1", "2"]
    assert rows[0][1:] == (
        ["0.5000", "0.7500", "0.3750"] if render is render_loss else ["50.00%", "75.00%", "37.50%"]
    )
    assert ElementTree.fromstring(render(series((), (), 4))).find(".//table") is None


@pytest.mark.parametrize("render", CHARTS)
def test_the_previous_run_stays_as_a_line_of_its_own_with_a_legend(render):
    svg = render(series((0.5,), (0.6,), 2, (0.9, 0.8, 0.7)))
    (line,) = re.findall(r'<polyline class="curve previous" points="([^"]*)"', svg)
    xs = [float(pair.split(",")[0]) for pair in line.split()]
    assert len(xs) == 3
    assert xs[-1] <= 100
    assert texts.PREVIOUS_SHORT in svg
    assert texts.PREVIOUS_SHORT not in render(series((0.5,), (0.6,), 2))


@pytest.mark.parametrize("render", CHARTS)
def test_the_epoch_that_is_looked_at_is_marked(render):
    marked = series((0.5, 0.4, 0.3), (0.6, 0.5, 0.4), 5, marked=2)
    svg = render(marked)
    (x,) = re.findall(r'class="mark" data-marked="2" x1="([\d.]+)%"', svg)
    assert float(x) == points(svg, "training")[1][0]
    assert "data-marked" not in render(replace(marked, marked=None))


def test_the_axis_of_many_epochs_is_not_crowded():
    svg = render_loss(series((), (), 200))
    labels = re.findall(r'class="tick(?: second)?"[^>]*>(\d+)<', svg)
    assert 5 <= len(labels) <= 10


@pytest.mark.parametrize("render", CHARTS)
def test_a_long_history_has_points_at_some_epochs_and_at_the_last(render):
    values = (0.5,) * 60
    svg = render(series(values, values, 60))
    epochs = [int(epoch) for epoch in re.findall(r'"validation" data-epoch="(\d+)"', svg)]
    assert 15 <= len(epochs) <= 25
    assert max(epochs) == 60
    (line,) = re.findall(r'<polyline class="curve validation" points="([^"]*)"', svg)
    assert len(line.split()) == 60
    assert len(svg) < 25_000


def test_before_the_first_epoch_it_says_what_will_come():
    assert "adds a point here" in render_loss(series((), (), 10))
    assert "adds a point here" not in render_loss(series((1.0,), (1.0,), 10))


@pytest.fixture
def run():
    run = Run(CONFIG, Storage().new_shelf())
    for number in (1, 2, 3):
        run.add(epoch(number))
    return run


def test_both_charts_show_a_run_and_mark_an_epoch(run):
    with gr.Blocks():
        charts = Charts([])
    drawn = charts.draw(run, 2)
    assert list(drawn) == charts.outputs
    for chart in (drawn[charts.loss], drawn[charts.accuracy]):
        assert re.findall(r'data-marked="(\d)"', chart) == ["2"]
        assert len(points(chart, "training")) == len(points(chart, "validation")) == 3
    assert "epoch 3, training: 0.1667" in drawn[charts.loss]
    assert "epoch 3, validation: 91.00%" in drawn[charts.accuracy]
    assert "data-marked" not in "".join(charts.draw(run).values())


def test_losses_within_an_epoch_are_in_the_chart_of_the_loss_only(run):
    run.progress(BatchProgress(1, 3, 5, 10, 0.75))
    assert Series.of(run, "loss").within == [(0.5, 0.75)]
    assert Series.of(run, "accuracy").within == ()
    with gr.Blocks():
        charts = Charts([])
    drawn = charts.draw_loss(run)
    assert list(drawn) == [charts.loss]
    assert "curve within" in drawn[charts.loss]


def test_until_the_first_training_the_built_in_networks_history_is_shown(run):
    with gr.Blocks():
        charts, unknown = Charts(run.figures), Charts([])
    for chart in (charts.loss, charts.accuracy):
        assert len(points(chart.value, "validation")) == 3
    assert texts.BUILT_IN_HISTORY in charts.note.value
    assert texts.NO_HISTORY in unknown.note.value
    drawn = charts.draw_history(run.figures[:2], "Your network · mine.npz")
    assert len(points(drawn[charts.accuracy], "training")) == 2
    assert "mine.npz" in drawn[charts.note]
    assert texts.NO_HISTORY in charts.draw_history([], "mine.npz")[charts.note]


def test_the_previous_run_stays_in_sight(run):
    assert Series.of(run, "loss").previous == {}
    again = Run(CONFIG, Storage().new_shelf(), run)
    assert Series.of(again, "loss").previous == dict.fromkeys((1, 2, 3), 0.4)
    assert Series.of(again, "accuracy").previous == dict.fromkeys((1, 2, 3), 0.91)


def test_the_accuracy_axis_follows_validation_so_that_late_epochs_differ():
    svg = render_accuracy(series((0.85, 0.95, 0.97), (0.9, 0.982, 0.989), 3))
    (_, low), (_, second), (_, third) = points(svg, "validation")
    assert second - third > 5
    assert low == 100
    assert svg.count(" outside") == 1  # the first point of training


@pytest.mark.parametrize("render", CHARTS)
def test_the_ends_of_the_curves_are_labelled_and_apart(render):
    svg = render(series((0.5, 0.97), (0.6, 0.968), 2))
    ends = re.findall(r'class="end (\w+)" x="[\d.]+%" y="(-?[\d.]+)%"[^>]*>([\d.%]+)<', svg)
    assert sorted(kind for kind, _, _ in ends) == ["training", "validation"]
    assert abs(float(ends[0][1]) - float(ends[1][1])) > 12
    assert {"97.0%", "96.8%"} == {text for _, _, text in ends} or render is render_loss


def test_one_line_says_why_training_is_below_validation_where_digits_are_distorted():
    with gr.Blocks():
        charts = Charts([])
    for augment in (False, True):
        drawn = charts.draw(Run(replace(CONFIG, augment=augment), Storage().new_shelf()))
        assert (texts.DISTORTED in drawn[charts.note]) == augment
