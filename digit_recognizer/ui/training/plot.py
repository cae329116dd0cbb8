"""Curves over epochs as inline SVG, from the untrained network on.

The SVG is the plot itself: places in it are shares, so that it takes any size, and text, lines and
points keep theirs. Labels stand outside it by distances in pixels. Colours and type come from
charts.css; the drawing is the same in light and dark.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digit_recognizer.training.events import EpochFigures
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.run import Run

MAX_EPOCH_TICKS = 7
VALUE_TICKS = 3
MAX_LOSS_TICKS = 5
MANY_EPOCHS = 25
"""From here on points are small, so that they do not hide the curves, and every second or third
epoch has some, so that a page with a long history stays light."""
LOSS_TICKS = ((1, 2, 5), (1, 3), (1,))
"""First digits of the numbers on the axis of the loss: the first choice that is not crowded."""
LEAST_LOSS = 1e-4
"""Smaller losses stand at the foot of the axis."""
GREATEST_SPAN = 0.08
"""Width of the accuracy axis at most, so that late epochs differ to the eye; from screenshots."""
LEAST_SPAN = 0.004
LEAST_GAP = 13.0
"""Distance of two labels at the ends of the curves, in percent of the plot's height."""
LABEL_LEFT = 40
"""Room for the labels of the upright axis in pixels, as in charts.css."""

Place = Callable[[float, float], tuple[float, float]]
Curve = Mapping[int, float]
"""Values by epoch; 0 is the untrained network."""


@dataclass(frozen=True)
class Series:
    """The values that a chart shows: those of the epochs so far, of `epochs` in all.

    previous: the validation values of an earlier training, for comparison.
    within: training values within the epochs, each after how many epochs.
    marked: the epoch that the visitor looks back at.
    """

    training: Curve
    validation: Curve
    epochs: int
    previous: Curve = field(default_factory=dict)
    within: Sequence[tuple[float, float]] = ()
    marked: int | None = None

    @classmethod
    def of(cls, run: Run, figure: str, marked: int | None = None) -> Series:
        """The series of a figure by its name in EpochFigures, with `val_` added for validation."""
        return cls(
            _curve_of(run.figures, figure),
            _curve_of(run.figures, f"val_{figure}"),
            run.config.epochs,
            _curve_of(run.previous, f"val_{figure}"),
            run.losses if figure == "loss" else (),
            marked,
        )

    @classmethod
    def recorded(cls, history: Sequence[EpochFigures], figure: str) -> Series:
        """The same of a training that ended long ago."""
        return cls(
            _curve_of(history, figure),
            _curve_of(history, f"val_{figure}"),
            history[-1].epoch if history else 0,
        )

    @property
    def last_epoch(self) -> int:
        """The last epoch on the axis, at least 1, since an axis needs two ends."""
        return max(self.epochs, *self.training, *self.previous, 1)

    @property
    def finite(self) -> list[float]:
        """Every value of an epoch that can be drawn."""
        curves = (self.training, self.validation, self.previous)
        return list(filter(math.isfinite, (value for curve in curves for value in curve.values())))

    @property
    def validated(self) -> list[float]:
        """The values of both trainings' validation that can be drawn, without untrained ones."""
        curves = (self.validation, self.previous)
        return [
            value
            for curve in curves
            for epoch, value in curve.items()
            if epoch and math.isfinite(value)
        ]


def _curve_of(figures: Iterable[EpochFigures], name: str) -> Curve:
    return {each.epoch: getattr(each, name) for each in figures}


@dataclass(frozen=True)
class Scale:
    """The upright axis: its ticks, and how values are written on it, at ends and in full."""

    ticks: list[float]
    short: Callable[[float], str]
    end: Callable[[float], str]
    exact: Callable[[float], str]
    even: Callable[[float], float] = float
    """Turns values into numbers whose equal differences are equal distances on the axis."""

    def share(self, value: float) -> float:
        """How high a value stands, 0 to 1 on the axis."""
        low, high = self.even(self.ticks[0]), self.even(self.ticks[-1])
        return (self.even(value) - low) / (high - low)


def render_loss(series: Series) -> str:
    """Curves of the mean cross-entropy, in equal steps for equal factors.

    So the fall of the first batches and the last epochs' small gains can both be seen.
    """
    values = [value for _, value in series.within if math.isfinite(value)]
    values += series.finite or [LEAST_LOSS * 1000, 2.0]
    scale = Scale(
        _loss_ticks(max(min(values), LEAST_LOSS), max(*values, LEAST_LOSS)),
        lambda value: f"{value:.4g}",
        lambda value: f"{value:.3f}",
        lambda value: f"{value:.4f}",
        lambda value: math.log10(max(value, LEAST_LOSS)),
    )
    return _chart(texts.LOSS, texts.LOSS_INFO, series, scale)


def render_accuracy(series: Series) -> str:
    """Curves of the accuracy, 0 to 1; the axis follows validation."""
    shown = series.validated
    # The untrained network alone says nothing about where the trained ones will be.
    lowest = max(min(shown), max(shown) - GREATEST_SPAN, 0.0) if shown else 0.0
    highest = min(max(series.finite, default=1.0), 1.0) if shown else 1.0
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

    def place(epoch: float, value: float) -> tuple[float, float]:
        x = epoch / series.last_epoch * 100
        # Far beyond the axis is as good as anywhere beyond it, and is a number that SVG can take.
        return round(x, 2), round(100 - min(max(scale.share(value), -9), 9) * 100, 2)

    parts = [_value_axis(scale), _epoch_axis(series.last_epoch)]
    if series.training:
        last = max(series.training)
        values = scale.exact(series.training[last]), scale.exact(series.validation[last])
        summary = texts.chart_summary(name, last, *values)
    else:
        summary = texts.chart_empty(name)
        parts.append(_text("chart-empty", texts.CHART_EMPTY, 50, 40))
    curves = {
        "previous": series.previous.items(),
        "within": series.within,
        "training": series.training.items(),
        "validation": series.validation.items(),
    }
    drawn = "".join(_curve(kind, values, place) for kind, values in curves.items() if values)
    parts.append(
        '<svg class="curves" viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" '
        f'height="100%">{drawn}</svg>'
    )
    if series.marked is not None:
        parts.append(_mark(series.marked, place))
    parts.append(_ends(series, place, scale))
    step = math.ceil(len(series.training) / MANY_EPOCHS) or 1
    pointed = list(series.training)[::-step][::-1]  # the last one in any case
    parts += [_epoch(epoch, step, series, place, scale) for epoch in pointed]
    summary = html.escape(summary)
    many = " many" * (series.last_epoch >= MANY_EPOCHS)
    return (
        f'<figure class="chart"><figcaption><b>{name}</b> <span class="info">{info}</span> '
        f'{_legend(bool(series.previous))}</figcaption><div class="plot">'
        f'<svg class="axes{many}" role="img" aria-label="{summary}">{"".join(parts)}</svg></div>'
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
        _text("tick second" if place % 2 else "tick", str(epoch), epoch / last * 100, 100, 0, 16)
        for place, epoch in enumerate(range(0, last + 1, step))
    ]
    return "".join(ticks) + _text("tick axis", texts.EPOCH_AXIS, 0, 100, -7, 16)


def _mark(epoch: int, place: Place) -> str:
    x = place(epoch, 0)[0]
    return (
        f'<line class="mark" data-marked="{epoch}" x1="{x:g}%" y1="0%" x2="{x:g}%" y2="100%">'
        "</line>"
    )


def _curve(kind: str, values: Iterable[tuple[float, float]], place: Place) -> str:
    """A line through the finite values."""
    places = (place(epoch, value) for epoch, value in values if math.isfinite(value))
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    return f'<polyline class="curve {kind}" points="{points}"></polyline>'


def _ends(series: Series, place: Place, scale: Scale) -> str:
    """The last value of each curve beside its end, moved apart where the two would meet."""
    if not series.training:
        return ""
    epoch = max(series.training)
    ends = [
        (min(max(place(epoch, values[epoch])[1], 0), 100), kind, scale.end(values[epoch]))
        for kind, values in (("training", series.training), ("validation", series.validation))
        if math.isfinite(values[epoch])
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


def _epoch(epoch: int, step: int, series: Series, place: Place, scale: Scale) -> str:
    """An epoch's points, and the column around them in which the pointer brings up the values.

    step: the width of the column in epochs.
    """
    width = 100 * step / series.last_epoch
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
        ("training", texts.TRAINING_SERIES, series.training[epoch]),
        ("validation", texts.VALIDATION_SHORT, series.validation[epoch]),
    ]
    if epoch in series.previous:
        values.append(("previous", texts.PREVIOUS_SHORT, series.previous[epoch]))
    return values


def _table(summary: str, series: Series, scale: Scale) -> str:
    """The same for those who cannot see it."""
    if not series.training:
        return ""
    names = [texts.EPOCH_AXIS, texts.TRAINING_SERIES, texts.VALIDATION_SHORT]
    if series.previous:
        names.append(texts.PREVIOUS_SHORT)
    rows = []
    for epoch in series.training:
        cells = [scale.exact(value) for _, _, value in _values(epoch, series)]
        cells += [""] * (len(names) - 1 - len(cells))  # the previous run was shorter
        columns = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{epoch}</th>{columns}</tr>')
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    return (
        f'<div class="visually-hidden"><table><caption>{summary}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
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


def _loss_ticks(low: float, high: float) -> list[float]:
    """Round numbers in even factors, from at most `low` to at least `high`; not many."""
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    for digits in LOSS_TICKS:
        numbers = [round(digit * 10.0**decade, 10) for decade in decades for digit in digits]
        first = max(index for index, number in enumerate(numbers) if number <= low)
        final = min(index for index, number in enumerate(numbers) if number >= high)
        ticks = numbers[first : max(final, first + 1) + 1]
        if len(ticks) <= MAX_LOSS_TICKS:
            break
    return ticks
