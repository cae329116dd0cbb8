"""The charts of loss and accuracy: curves over epochs as inline SVG.

The SVG is the plot itself: places in it are shares, so that it takes any size, and text, lines and
points keep theirs. Labels stand outside it by distances in pixels. Colours and type come from
charts.css; the drawing is the same in light and dark.
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

MAX_EPOCH_TICKS = 7
VALUE_TICKS = 3
GREATEST_SPAN = 0.08
"""Width of the accuracy axis at most, so that late epochs differ to the eye; from screenshots."""
LEAST_SPAN = 0.004
LEAST_GAP = 13.0
"""Distance of two labels at the ends of the curves, in percent of the plot's height."""
LABEL_LEFT = 40
"""Room for the labels of the upright axis in pixels, as in charts.css."""

Place = Callable[[int, float], tuple[float, float]]


class Charts:
    """Both charts on the page, side by side, and the line below them."""

    def __init__(self):
        empty = Series((), (), PRESETS[DEFAULT_PRESET].epochs)
        with gr.Row(elem_id="charts"):
            self.loss = _component(render_loss(empty), "loss-chart")
            self.accuracy = _component(render_accuracy(empty), "accuracy-chart")
        self.note = _component(_note(""), "chart-note")

    @property
    def outputs(self) -> list[gr.HTML]:
        """Everything that `draw` changes."""
        return [self.loss, self.accuracy, self.note]

    def draw(self, run: Run, marked: int | None = None) -> dict:
        """Draw the curves of a training, with a mark at an epoch."""
        return {
            self.loss: render_loss(Series.of(run, "loss", marked)),
            self.accuracy: render_accuracy(Series.of(run, "accuracy", marked)),
            self.note: _note(texts.DISTORTED if run.config.augment else ""),
        }


def _component(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, min_width=0, apply_default_css=False)


def _note(text: str) -> str:
    return f'<p class="chart-note">{html.escape(text)}</p>'


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

    @property
    def validated(self) -> list[float]:
        """The values of both trainings' validation that can be drawn."""
        return list(filter(math.isfinite, (*self.validation, *self.previous)))


@dataclass(frozen=True)
class Scale:
    """The upright axis: its ticks, and how values are written on it, at ends and in full."""

    ticks: list[float]
    short: Callable[[float], str]
    end: Callable[[float], str]
    exact: Callable[[float], str]

    def share(self, value: float) -> float:
        """How high a value stands, 0 to 1 on the axis."""
        return (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])


def render_loss(series: Series) -> str:
    """Curves of the mean cross-entropy."""
    highest = max(series.finite, default=0)
    ticks = _ticks(0, highest if highest > 0 else 1.0)
    digits = min(max(0, 1 - math.floor(math.log10(ticks[1]))), 4)
    scale = Scale(
        ticks,
        lambda value: f"{value:.{digits}f}",
        lambda value: f"{value:.3f}",
        lambda value: f"{value:.4f}",
    )
    return _chart(texts.LOSS, texts.LOSS_INFO, series, scale)


def render_accuracy(series: Series) -> str:
    """Curves of the accuracy, 0 to 1; the axis follows validation."""
    shown = series.validated or [0.92]
    lowest = max(min(shown), max(shown) - GREATEST_SPAN, 0.0)
    highest = min(max(series.finite, default=1.0), 1.0)
    ticks = _ticks(min(lowest, highest - LEAST_SPAN), highest)
    digits = max(0, -1 - math.floor(math.log10(ticks[1] - ticks[0])))
    scale = Scale(
        ticks,
        lambda value: f"{value:.{digits}%}",
        lambda value: f"{value:.1%}",
        lambda value: f"{value:.2%}",
    )
    return _chart(texts.ACCURACY, texts.ACCURACY_INFO, series, scale)


def _chart(name: str, info: str, series: Series, scale: Scale) -> str:
    """All curves in one coordinate system."""

    def place(epoch: int, value: float) -> tuple[float, float]:
        x = (epoch - 1) / (series.last_epoch - 1) * 100
        # Far beyond the axis is as good as anywhere beyond it, and is a number that SVG can take.
        return round(x, 2), round(100 - min(max(scale.share(value), -9), 9) * 100, 2)

    parts = [_value_axis(scale), _epoch_axis(series.last_epoch)]
    if series.training:
        summary = texts.chart_summary(
            name,
            len(series.training),
            scale.exact(series.training[-1]),
            scale.exact(series.validation[-1]),
        )
    else:
        summary = texts.chart_empty(name)
        parts.append(_text("chart-empty", texts.CHART_EMPTY, 50, 40))
    curves = {
        "previous": series.previous, "training": series.training, "validation": series.validation,
    }  # fmt: skip
    drawn = "".join(_curve(kind, values, place) for kind, values in curves.items() if values)
    parts.append(
        '<svg class="curves" viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" '
        f'height="100%">{drawn}</svg>'
    )
    if series.marked:
        parts.append(_mark(series.marked, place))
    parts.append(_ends(series, place, scale))
    parts += [_epoch(epoch, series, place, scale) for epoch in range(1, len(series.training) + 1)]
    summary = html.escape(summary)
    return (
        f'<figure class="chart"><figcaption><b>{name}</b> <span class="info">{info}</span> '
        f'{_legend(bool(series.previous))}</figcaption><div class="plot">'
        f'<svg class="axes" role="img" aria-label="{summary}">{"".join(parts)}</svg></div>'
        f"{_table(summary, series, scale)}</figure>"
    )


def _value_axis(scale: Scale) -> str:
    parts = []
    for value in scale.ticks:
        y = round(100 - scale.share(value) * 100, 2)
        parts.append(f'<line class="grid" x1="0%" y1="{y:g}%" x2="100%" y2="{y:g}%"></line>')
        parts.append(_text("tick value", scale.short(value), 0, y, -7, 4))
    return "".join(parts)


def _epoch_axis(last: int) -> str:
    step = math.ceil(last / MAX_EPOCH_TICKS)
    ticks = [
        _text("tick", str(epoch), (epoch - 1) / (last - 1) * 100, 100, 0, 16)
        for epoch in range(1, last + 1, step)
    ]
    return "".join(ticks) + _text("tick axis", texts.EPOCH_AXIS, 0, 100, -7, 16)


def _mark(epoch: int, place: Place) -> str:
    x = place(epoch, 0)[0]
    return (
        f'<line class="mark" data-marked="{epoch}" x1="{x:g}%" y1="0%" x2="{x:g}%" y2="100%">'
        "</line>"
    )


def _curve(kind: str, values: Sequence[float], place: Place) -> str:
    """A line through the finite values."""
    places = (place(epoch, value) for epoch, value in enumerate(values, 1) if math.isfinite(value))
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    return f'<polyline class="curve {kind}" points="{points}"></polyline>'


def _ends(series: Series, place: Place, scale: Scale) -> str:
    """The last value of each curve beside its end, moved apart where the two would meet."""
    epoch = len(series.training)
    if not epoch:
        return ""
    ends = [
        (min(max(place(epoch, values[-1])[1], 0), 100), kind, scale.end(values[-1]))
        for kind, values in (("training", series.training), ("validation", series.validation))
        if math.isfinite(values[-1])
    ]
    ends.sort()
    heights = [height for height, _, _ in ends]
    if len(ends) == 2 and (missing := LEAST_GAP - (heights[1] - heights[0])) > 0:
        heights = [heights[0] - missing / 2, heights[1] + missing / 2]
    x = place(epoch, 0)[0]
    return "".join(
        _text(f"end {kind}", text, x, height, 7, 4)
        for height, (_, kind, text) in zip(heights, ends, strict=True)
    )


def _epoch(epoch: int, series: Series, place: Place, scale: Scale) -> str:
    """An epoch's points, and the column around them in which the pointer brings up the values."""
    width = 100 / (series.last_epoch - 1)
    x = place(epoch, 0)[0]
    parts = [
        f'<rect class="column" x="{x - width / 2:.2f}%" y="-8%" width="{width:.2f}%" '
        'height="122%"></rect>'
        f'<line class="guide" x1="{x:g}%" y1="0%" x2="{x:g}%" y2="100%"></line>'
    ]
    readout = [f"<tspan>{html.escape(texts.chart_epoch(epoch))}</tspan>"]
    for kind, name, value in _values(epoch, series):
        if math.isfinite(value) and kind != "previous":
            y = place(epoch, value)[1]
            outside = "" if 0 <= y <= 100 else " outside"
            parts.append(
                f'<circle class="point {kind}{outside}" data-series="{kind}" data-epoch="{epoch}" '
                f'cx="{x:g}%" cy="{min(max(y, 0), 100):g}%" r="3"><title>'
                f"{texts.chart_point(epoch, name, scale.exact(value))}</title></circle>"
            )
        start = f'x="0%" dx="{-LABEL_LEFT}" dy="14"' if kind == "previous" else 'dx="8"'
        readout.append(
            f'<tspan class="{kind}" {start}>{name} <tspan>{scale.exact(value)}</tspan></tspan>'
        )
    parts.append(
        f'<text class="readout" x="0%" y="0%" dx="{-LABEL_LEFT}" dy="-12">{"".join(readout)}</text>'
    )
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


def _table(summary: str, series: Series, scale: Scale) -> str:
    """The same for those who cannot see it."""
    if not series.training:
        return ""
    names = [texts.EPOCH_AXIS, texts.TRAINING_SERIES, texts.VALIDATION_SHORT]
    if series.previous:
        names.append(texts.PREVIOUS_SHORT)
    rows = []
    for epoch in range(1, len(series.training) + 1):
        cells = [scale.exact(value) for _, _, value in _values(epoch, series)]
        cells += [""] * (len(names) - 1 - len(cells))  # the previous run was shorter
        columns = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{epoch}</th>{columns}</tr>')
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<table class="visually-hidden"><caption>{summary}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _legend(has_previous: bool) -> str:
    entries = {"training": texts.TRAINING_SERIES, "validation": texts.VALIDATION_SHORT}
    if has_previous:
        entries["previous"] = texts.PREVIOUS_SHORT
    keys = "".join(f'<span class="key {kind}">{name}</span>' for kind, name in entries.items())
    return f'<span class="legend">{keys}</span>'


def _text(kind: str, text: str, x: float, y: float, right: int = 0, down: int = 0) -> str:
    """A text at x and y, in percent of the plot, moved by so many pixels."""
    return (
        f'<text class="{kind}" x="{x:.4g}%" y="{y:.4g}%" dx="{right}" dy="{down}">'
        f"{html.escape(text)}</text>"
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers, evenly spaced, from at most `low` to at least `high`."""
    rough = (high - low) / VALUE_TICKS
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = magnitude * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    first, final = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, final + 1)]
