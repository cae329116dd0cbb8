"""The charts of loss and accuracy: curves over epochs as inline SVG.

Colours and type come from the page's style sheet; the drawing is the same in light and dark mode.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gradio as gr

from digit_recognizer.training.config import DEFAULT_PRESET, PRESETS
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.run import Run

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 390, 34, 186
MAX_EPOCH_TICKS = 10
VALUE_TICKS = 4


class Charts:
    """Both charts on the page, side by side."""

    def __init__(self):
        empty = Series((), (), PRESETS[DEFAULT_PRESET].epochs)
        with gr.Row(elem_id="charts"):
            self.loss = _component(render_loss(empty), "loss-chart")
            self.accuracy = _component(render_accuracy(empty), "accuracy-chart")

    @property
    def outputs(self) -> list[gr.HTML]:
        """Everything that `draw` changes."""
        return [self.loss, self.accuracy]

    def draw(self, run: Run, marked: int | None = None) -> dict:
        """Draw the curves of a training, with a mark at an epoch."""
        return {
            self.loss: render_loss(Series.of(run, "loss", marked)),
            self.accuracy: render_accuracy(Series.of(run, "accuracy", marked)),
        }


def _component(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, min_width=280, apply_default_css=False)


@dataclass(frozen=True)
class Series:
    """The values that a chart shows, one for each finished epoch of `epochs`.

    previous: the validation values of an earlier training, for comparison.
    marked: the epoch that the visitor looks back at, from 1.
    """

    training: Sequence[float]
    validation: Sequence[float]
    epochs: int
    previous: Sequence[float] = ()
    marked: int | None = None

    @classmethod
    def of(cls, run: Run, figure: str, marked: int | None = None) -> Series:
        """The series of a figure by its name in EpochFigures, with `val_` added for validation."""
        return cls(
            [getattr(each, figure) for each in run.figures],
            [getattr(each, f"val_{figure}") for each in run.figures],
            run.config.epochs,
            [getattr(each, f"val_{figure}") for each in run.previous],
            marked,
        )

    @property
    def last_epoch(self) -> int:
        """The last epoch on the axis, at least 2, since an axis needs two ends."""
        return max(self.epochs, len(self.previous), 2)

    @property
    def finite(self) -> list[float]:
        """Every value that can be drawn."""
        return list(filter(math.isfinite, (*self.training, *self.validation, *self.previous)))


def render_loss(series: Series) -> str:
    """Curves of the mean cross-entropy."""
    highest = max(series.finite, default=0)
    values = _ticks(0, highest if highest > 0 else 1.0)
    digits = max(0, 1 - math.floor(math.log10(values[1])))
    return _chart(
        texts.LOSS, texts.LOSS_INFO, series, values,
        lambda value: f"{value:.{min(digits, 4)}f}", lambda value: f"{value:.4f}",
    )  # fmt: skip


def render_accuracy(series: Series) -> str:
    """Curves of the accuracy, 0 to 1."""
    lowest = min(series.finite, default=0.9)
    values = _ticks(min(max(lowest, 0.0), 0.99), 1.0)
    digits = max(0, -1 - math.floor(math.log10(values[1] - values[0])))
    return _chart(
        texts.ACCURACY, texts.ACCURACY_INFO, series, values,
        lambda value: f"{value:.{digits}%}", lambda value: f"{value:.2%}",
    )  # fmt: skip


def _chart(
    name: str,
    info: str,
    series: Series,
    values: list[float],
    short: Callable[[float], str],
    exact: Callable[[float], str],
) -> str:
    """All curves in one coordinate system; `values` are the ticks of the upright axis."""

    def place(epoch: int, value: float) -> tuple[float, float]:
        share = (min(max(value, values[0]), values[-1]) - values[0]) / (values[-1] - values[0])
        x = LEFT + (epoch - 1) / (series.last_epoch - 1) * (RIGHT - LEFT)
        return round(x, 1), round(BOTTOM - share * (BOTTOM - TOP), 1)

    parts = [_value_axis(values, place, short), _epoch_axis(series.last_epoch, place)]
    if series.training:
        summary = texts.chart_summary(
            name, len(series.training), exact(series.training[-1]), exact(series.validation[-1])
        )
    else:
        summary = texts.chart_empty(name)
        middle = (LEFT + RIGHT) / 2, TOP + (BOTTOM - TOP) * 0.4  # between two lines of the grid
        parts.append(_text(*middle, texts.CHART_EMPTY, "chart-empty", "middle"))
    if series.previous:
        parts.append(_curve("previous", series.previous, place))
        parts.append(_legend_entry("previous", texts.PREVIOUS_SERIES, LEFT, HEIGHT - 8))
    if series.marked:
        parts.append(_mark(series.marked, place))
    parts.append(_curve("training", series.training, place))
    parts.append(_curve("validation", series.validation, place))
    parts += [_epoch(epoch, series, place, exact) for epoch in range(1, len(series.training) + 1)]
    summary = html.escape(summary)
    return (
        f'<figure class="chart"><figcaption><b>{name}</b> {info}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{summary}">'
        f"{_legend()}{''.join(parts)}</svg>{_table(summary, series, exact)}</figure>"
    )


def _value_axis(values: list[float], place: Callable, short: Callable[[float], str]) -> str:
    parts = []
    for value in values:
        y = place(1, value)[1]
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"></line>')
        parts.append(_text(LEFT - 8, y + 4, short(value), "tick", "end"))
    return "".join(parts)


def _epoch_axis(last: int, place: Callable) -> str:
    step = math.ceil(last / MAX_EPOCH_TICKS)
    ticks = [
        _text(place(epoch, 0)[0], BOTTOM + 18, str(epoch), "tick", "middle")
        for epoch in range(1, last + 1, step)
    ]
    return "".join(ticks) + _text(RIGHT, HEIGHT - 4, texts.EPOCH_AXIS, "tick", "end")


def _mark(epoch: int, place: Callable) -> str:
    x = place(epoch, 0)[0]
    return (
        f'<line class="mark" data-marked="{epoch}" x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{BOTTOM}">'
        "</line>"
    )


def _curve(kind: str, values: Sequence[float], place: Callable) -> str:
    """A line through the finite values."""
    places = (place(epoch, value) for epoch, value in enumerate(values, 1) if math.isfinite(value))
    points = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline class="curve {kind}" points="{points}"></polyline>'


def _epoch(epoch: int, series: Series, place: Callable, exact: Callable[[float], str]) -> str:
    """An epoch's points, and the column around them that shows the values under the pointer."""
    half = (RIGHT - LEFT) / (series.last_epoch - 1) / 2
    x = place(epoch, 0)[0]
    parts = [
        f'<rect class="column" x="{x - half:.1f}" y="{TOP - 8}" width="{2 * half:.1f}" '
        f'height="{BOTTOM - TOP + 28}"></rect>'
        f'<line class="guide" x1="{x}" y1="{TOP}" x2="{x}" y2="{BOTTOM}"></line>'
    ]
    readout = [f"<tspan>{html.escape(texts.chart_epoch(epoch))}</tspan>"]
    for kind, name, value in _values(epoch, series):
        if math.isfinite(value) and kind != "previous":
            cx, cy = place(epoch, value)
            parts.append(
                f'<circle class="point {kind}" data-series="{kind}" data-epoch="{epoch}" '
                f'cx="{cx}" cy="{cy}" r="3.5"><title>'
                f"{texts.chart_point(epoch, name, exact(value))}</title></circle>"
            )
        readout.append(
            f'<tspan class="{kind}" dx="10">{name} <tspan>{exact(value)}</tspan></tspan>'
        )
    parts.append(f'<text class="readout" x="{LEFT}" y="18">{"".join(readout)}</text>')
    return f'<g class="epoch">{"".join(parts)}</g>'


def _values(epoch: int, series: Series) -> list[tuple[str, str, float]]:
    """An epoch's values: the curve's kind, its name, the value."""
    values = [
        ("training", texts.TRAINING_SERIES, series.training[epoch - 1]),
        ("validation", texts.VALIDATION_SHORT, series.validation[epoch - 1]),
    ]
    if epoch <= len(series.previous):
        values.append(("previous", texts.PREVIOUS_SHORT, series.previous[epoch - 1]))
    return values


def _table(summary: str, series: Series, exact: Callable[[float], str]) -> str:
    """The chart as a table, for people who cannot see it."""
    if not series.training:
        return ""
    names = [texts.EPOCH_AXIS, texts.TRAINING_SERIES, texts.VALIDATION_SHORT]
    if series.previous:
        names.append(texts.PREVIOUS_SHORT)
    rows = []
    for epoch in range(1, len(series.training) + 1):
        cells = [exact(value) for _, _, value in _values(epoch, series)]
        cells += [""] * (len(names) - 1 - len(cells))  # the previous run was shorter
        columns = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{epoch}</th>{columns}</tr>')
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<table class="visually-hidden"><caption>{summary}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _legend() -> str:
    return (
        '<g class="legend">'
        + _legend_entry("training", texts.TRAINING_SERIES, LEFT, 14)
        + _legend_entry("validation", texts.VALIDATION_SERIES, LEFT + 100, 14)
        + "</g>"
    )


def _legend_entry(kind: str, name: str, x: float, y: float) -> str:
    return f'<line class="curve {kind}" x1="{x}" y1="{y}" x2="{x + 22}" y2="{y}"></line>' + _text(
        x + 28, y + 4, name, "tick", "start"
    )


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">'
        f"{html.escape(text)}</text>"
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers, evenly spaced, from at most `low` to at least `high`."""
    rough = (high - low) / VALUE_TICKS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = magnitude * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    first, final = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, final + 1)]
