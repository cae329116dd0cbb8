"""Draws curves over epochs as inline SVG; knows nothing about trainings or Gradio.

Colours and type come from the page's style sheet; the drawing itself is the same light or dark.
"""

import html
import math
from collections.abc import Callable, Sequence

from digit_recognizer.ui import texts

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 390, 34, 186
MAX_EPOCH_TICKS = 10
VALUE_TICKS = 4


def render_loss(training: Sequence[float], validation: Sequence[float], epochs: int) -> str:
    """Curves of the mean cross-entropy, one value for each finished epoch of `epochs`."""
    highest = max(filter(math.isfinite, (*training, *validation)), default=0)
    values = _ticks(0, highest if highest > 0 else 1.0)
    digits = max(0, 1 - math.floor(math.log10(values[1])))
    return _chart(
        texts.LOSS, texts.LOSS_INFO, training, validation, epochs, values,
        lambda value: f"{value:.{min(digits, 4)}f}", lambda value: f"{value:.4f}",
    )  # fmt: skip


def render_accuracy(training: Sequence[float], validation: Sequence[float], epochs: int) -> str:
    """Curves of the accuracy, 0 to 1, one value for each finished epoch of `epochs`."""
    lowest = min(filter(math.isfinite, (*training, *validation)), default=0.9)
    values = _ticks(min(max(lowest, 0.0), 0.99), 1.0)
    digits = max(0, -1 - math.floor(math.log10(values[1] - values[0])))
    return _chart(
        texts.ACCURACY, texts.ACCURACY_INFO, training, validation, epochs, values,
        lambda value: f"{value:.{digits}%}", lambda value: f"{value:.2%}",
    )  # fmt: skip


def _chart(
    name: str,
    info: str,
    training: Sequence[float],
    validation: Sequence[float],
    epochs: int,
    values: list[float],
    short: Callable[[float], str],
    exact: Callable[[float], str],
) -> str:
    """Both curves in one coordinate system; `values` are the ticks of the upright axis."""
    last = max(epochs, 2)

    def place(epoch: int, value: float) -> tuple[float, float]:
        share = (min(max(value, values[0]), values[-1]) - values[0]) / (values[-1] - values[0])
        x = LEFT + (epoch - 1) / (last - 1) * (RIGHT - LEFT)
        return round(x, 1), round(BOTTOM - share * (BOTTOM - TOP), 1)

    parts = [_value_axis(values, place, short), _epoch_axis(last, place)]
    if training:
        summary = texts.chart_summary(
            name, len(training), exact(training[-1]), exact(validation[-1])
        )
    else:
        summary = f"{name}: {texts.CHART_EMPTY}"
        middle = (LEFT + RIGHT) / 2, TOP + (BOTTOM - TOP) * 0.4  # between two lines of the grid
        parts.append(_text(*middle, texts.CHART_EMPTY, "chart-empty", "middle"))
    for series, points in (("training", training), ("validation", validation)):
        parts.append(_curve(series, points, place, exact))
    summary = html.escape(summary)
    return (
        f'<figure class="chart"><figcaption><b>{name}</b> {info}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{summary}">'
        f"<title>{summary}</title>{_legend()}{''.join(parts)}</svg></figure>"
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


def _curve(series: str, points: Sequence[float], place: Callable, exact: Callable) -> str:
    """The line and a marker for each epoch; values that are not finite leave a gap."""
    places = [
        (epoch, value, *place(epoch, value))
        for epoch, value in enumerate(points, 1)
        if math.isfinite(value)
    ]
    path = " ".join(f"{x},{y}" for _, _, x, y in places)
    markers = "".join(
        f'<circle class="point {series}" data-series="{series}" data-epoch="{epoch}" '
        f'cx="{x}" cy="{y}" r="3.5"><title>{texts.EPOCH_AXIS} {epoch}, {series}: '
        f"{exact(value)}</title></circle>"
        for epoch, value, x, y in places
    )
    return f'<polyline class="curve {series}" points="{path}"></polyline>{markers}'


def _legend() -> str:
    return (
        f'<g class="legend"><line class="curve training" x1="{LEFT}" y1="14" '
        f'x2="{LEFT + 22}" y2="14"></line>'
        + _text(LEFT + 28, 18, texts.TRAINING_SERIES, "tick", "start")
        + f'<line class="curve validation" x1="{LEFT + 100}" y1="14" x2="{LEFT + 122}" '
        'y2="14"></line>' + _text(LEFT + 128, 18, texts.VALIDATION_SERIES, "tick", "start") + "</g>"
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
