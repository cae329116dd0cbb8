import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from digit_recognizer.ui.charts import render_accuracy, render_loss
from digit_recognizer.ui.status import render_status

CHARTS = (render_loss, render_accuracy)


def points(svg: str, series: str) -> list[tuple[float, float]]:
    found = re.findall(rf'data-series="{series}" data-epoch="\d+" cx="([\d.]+)" cy="([\d.]+)"', svg)
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("render", CHARTS)
def test_is_well_formed_and_labelled_for_screen_readers(render):
    figure = ElementTree.fromstring(render((0.5, 0.4), (0.6, 0.5), 10))
    svg = figure.find("svg")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.find("title").text
    assert "2 epochs" in svg.get("aria-label")
    for series in ("training", "validation"):
        assert series in "".join(svg.itertext())


@pytest.mark.parametrize("render", CHARTS)
def test_gains_one_point_a_series_for_each_epoch(render):
    for epochs in range(4):
        svg = render((0.9,) * epochs, (0.8,) * epochs, 5)
        assert len(points(svg, "training")) == len(points(svg, "validation")) == epochs


def test_places_values_linearly_between_the_ticks():
    svg = render_loss((0.8, 0.4, 0.0), (0.8, 0.8, 0.8), 3)
    (x1, y1), (x2, y2), (x3, y3) = points(svg, "training")
    assert x2 - x1 == pytest.approx(x3 - x2)
    assert y2 - y1 == pytest.approx(y3 - y2, abs=0.11)
    assert y1 < y2 < y3


def test_higher_accuracy_stands_higher_and_never_above_all():
    svg = render_accuracy((0.9, 1.0), (0.95, 0.97), 2)
    (_, low), (_, high) = points(svg, "training")
    assert high < low
    top = min(float(y) for y in re.findall(r'class="grid" x1="\d+" y1="([\d.]+)"', svg))
    assert high == top
    assert "100" in svg


@pytest.mark.parametrize("values", [(), (0.0,), (1.0,), (0.00001,), (1e6, 3.0), (math.nan, 0.5)])
@pytest.mark.parametrize("render", CHARTS)
@pytest.mark.parametrize("epochs", [1, 2, 200])
def test_odd_values_still_draw_inside_the_frame(render, values, epochs):
    svg = render(values, values, epochs)
    ElementTree.fromstring(svg)
    assert "nan" not in svg.split("</title>", 1)[1]
    for x, y in points(svg, "training"):
        assert 0 <= x <= 400
        assert 0 <= y <= 220


def test_the_axis_of_many_epochs_is_not_crowded():
    svg = render_loss((), (), 200)
    labels = re.findall(r'y="204"[^>]*>(\d+)<', svg)
    assert 5 <= len(labels) <= 10


def test_before_the_first_epoch_it_says_what_will_come():
    assert "appears here" in render_loss((), (), 10)
    assert "appears here" not in render_loss((1.0,), (1.0,), 10)


@pytest.mark.parametrize(("share", "width"), [(None, "0"), (0.25, "25"), (1.7, "100"), (-1, "0")])
def test_status_shows_its_share(share, width):
    html = render_status("Epoch 1 of 4", "soon", share)
    assert f"width:{width}%" in html
    assert f'aria-valuenow="{width}"' in html


def test_status_text_is_escaped():
    html = render_status("<b>", "<i>")
    assert "<b>" not in html
    assert "<i>" not in html
