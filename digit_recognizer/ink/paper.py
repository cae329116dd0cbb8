"""Tells ink from paper in the colours of a picture.

A drawing has two levels, paper and ink, and its outline is where the picture changes. So the split
of a picture into ink and paper is the one whose outline explains most of the picture's change: the
greatest energy (sum of d)^2 / n over the n pairs of neighbours that it parts, d being how much the
two of a pair differ. That is the part of all squared differences that a picture of two levels can
account for. It depends neither on how much ink there is nor on slow changes of the light. Paper is
taken for flat or, in shade, for the local median, which explains more there and leaves the paper
more even. Colours are seen along the axis on which they change most or, where that explains clearly
more, by their distance from the paper's. Knows nothing about files, digits or networks.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

LEAST_THRESHOLD = 0.03
"""Least threshold between paper and ink, where black on white has a contrast of 1."""
LEAST_CONTRAST = 0.06
"""Ink that differs less from the paper than this cannot be read."""
LEVELS = 256
"""Thresholds that are tried, evenly spaced over a picture's contrast."""
DIFFERENCES = np.abs(np.arange(LEVELS)[:, None] - np.arange(LEVELS))
"""How far any two levels are apart."""
SMOOTH_SIZE = 40
"""In pictures larger than this on both sides, pairs are two pixels apart: cameras blur."""
PAPER_GRID = 32
"""Side of the small copy on which the local paper is estimated; any value near this serves."""
PAPER_WINDOW = 0.3
"""Side of the window whose median is the local paper, as a share of the picture's longer side: the
ink must be the smaller part of it. Photos of thin pens are read alike from 0.1 to 0.5."""
FLAT = 0.004
"""Paper that mostly varies less than this, about one level in 255, is of one colour."""
SHADE_GAIN = 1.1
"""How many times as much the local paper must explain to be preferred to flat paper, unless it is
much more even."""
EVEN = 0.5
"""Much more even: what is left of the paper varies by less than this share of before."""
PAINT_GAIN = 1.5
"""How many times as much the distance from the paper's colour must explain to be preferred to one
axis of colour: in art of several colours. Pens of one colour come up to 1.48."""
LEAST_LIGHT = 0.25
"""Shadows darker than this share of the paper's light are not brightened further."""
CUT_BORDER = 0.1
"""Share of the picture's border that is ink, from which on it may be cut close, or be paper."""
CUT_MARGIN = 0.15
"""Width of the paper put around digits that are cut close, as a share of the longer side."""
SURE_NOISE = 4
"""Paper varies by less than this many standard deviations."""
MOST_NOISE = 0.25
"""Share of the threshold that noise may reach: faint parts of a stroke are no noise."""
LEAST_LINES = 0.04
"""Share of the picture that printed lines cover at least."""
SAMPLE_SIZE = 100
"""Of pictures larger than this on both sides, every other row and column is enough to judge by."""


class Split(NamedTuple):
    """A way to part a picture: float32 (H, W) contrast, ink being above the threshold."""

    contrast: np.ndarray
    threshold: float
    energy: float
    is_dark: bool


def separate_ink(colours: np.ndarray) -> np.ndarray | None:
    """Find the ink in float32 (H, W, 1 or 3) colours in [0, 1].

    Returns float32 (H, W) in [0, 1], or None when there is no ink.
    """
    split = _best_split(colours @ _axis(colours))
    if colours.shape[2] > 1:
        painted = _split(_distance_from_paper(colours))
        if painted is not None and (split is None or painted.energy > PAINT_GAIN * split.energy):
            split = painted
    if split is None:
        return None
    paper, ink = _levels(split)
    if ink - paper < LEAST_CONTRAST:
        return None
    return ((split.contrast - paper) / (ink - paper)).clip(0, 1)


def may_be_cut(ink: np.ndarray) -> bool:
    """Whether so much of the border of float32 (H, W) is ink that paper may be the minority."""
    border = np.concatenate([ink[0], ink[-1], ink[1:-1, 0], ink[1:-1, -1]])
    return bool((border > 0.5).mean() > CUT_BORDER)


def cut_margin(ink: np.ndarray) -> int:
    """Width in pixels of the paper to put around (H, W) ink that is cut close."""
    return max(2, round(CUT_MARGIN * max(ink.shape)))


def _axis(colours: np.ndarray) -> np.ndarray:
    """The direction of colour along which neighbours differ most, float32 (C,) with |sum| 1.

    It is the first eigenvector of the colour tensor (Di Zenzo 1986), so ink as light as its paper
    is seen by its hue. Of grey pictures it is grey.
    """
    channels = colours.shape[2]
    if channels == 1 or min(colours.shape[:2]) < 2:
        return np.full(channels, 1 / channels, np.float32)
    corner = colours[:-1, :-1]
    tensor = np.zeros((channels, channels))
    for neighbours in (colours[1:, :-1], colours[:-1, 1:]):
        differences = (neighbours - corner).reshape(-1, channels)
        tensor += differences.T @ differences
    axis = np.linalg.eigh(tensor)[1][:, -1]
    return (axis * (1 if axis.sum() >= 0 else -1) / np.abs(axis).sum()).astype(np.float32)


def _distance_from_paper(colours: np.ndarray) -> np.ndarray:
    """How far float32 (H, W, C) colours are from their median in the channel where most; (H, W)."""
    step = 2 if min(colours.shape[:2]) > SAMPLE_SIZE else 1
    paper = np.median(colours[::step, ::step], axis=(0, 1))
    channels = (np.abs(colours[..., number] - level) for number, level in enumerate(paper))
    return functools.reduce(np.maximum, channels)


def _best_split(grey: np.ndarray) -> Split | None:
    """The split of float32 (H, W) with the greatest energy; None when there is no contrast."""
    flat = _split(grey - np.float32(np.median(grey)))
    paper = _local_paper(grey)
    shaded = None if paper is None else _split(grey - paper)
    if shaded is None or (flat is not None and not _is_better(shaded, flat)):
        return flat
    if shaded.is_dark:
        # In the shade, black is nearer to white.
        light = np.maximum(paper / max(float(np.median(paper)), LEAST_CONTRAST), LEAST_LIGHT)
        return shaded._replace(contrast=shaded.contrast / light)
    return shaded


def _is_better(shaded: Split, flat: Split) -> bool:
    """Whether the light is so uneven that the local paper serves better than flat paper."""
    if shaded.energy <= flat.energy:
        return False
    is_even = _noise(shaded)[1] < EVEN * _noise(flat)[1]
    return is_even or shaded.energy > SHADE_GAIN * flat.energy


def _split(contrast: np.ndarray) -> Split | None:
    """The best threshold for float32 (H, W) contrast with the paper, for dark or for light ink."""
    low, high = float(contrast.min()), float(contrast.max())
    if max(high, -low) < LEAST_THRESHOLD:
        return None
    scale = (high - low) / LEVELS
    levels = ((contrast - low) * (np.float32(0.9999) / np.float32(scale))).astype(np.uint8)
    energies = _energies(levels) * scale**2
    # The threshold of the place i parts the levels up to i from those above.
    thresholds = low + (np.arange(LEVELS) + 1) * scale
    energies[np.abs(thresholds) < LEAST_THRESHOLD] = 0
    greatest = float(energies.max())
    if greatest <= 0:
        return None
    # Where no value lies between two levels of grey, the middle of them is the safest.
    alike = np.flatnonzero(energies >= greatest * (1 - 1e-6))
    threshold = float(thresholds[alike[len(alike) // 2]])
    if threshold < 0:
        return Split(-contrast, -threshold, greatest, True)
    return Split(contrast, threshold, greatest, False)


def _energies(levels: np.ndarray) -> np.ndarray:
    """What each threshold explains of the differences in uint8 (H, W), float64 (LEVELS,)."""
    apart = 2 if min(levels.shape) > SMOOTH_SIZE else 1
    pairs = levels.astype(np.uint16) * np.uint16(LEVELS)
    counts = np.zeros(LEVELS**2, int)
    for one, other in ((pairs[apart:], levels[:-apart]), (pairs[:, apart:], levels[:, :-apart])):
        counts += np.bincount((one + other).ravel(), minlength=LEVELS**2)
    counts = counts.reshape(LEVELS, LEVELS)
    counts = np.triu(counts + counts.T, 1)  # of pairs by their lower and their higher level
    sums = counts * DIFFERENCES
    # A pair is parted by the thresholds from its lower level to below its higher one.
    count = np.cumsum(counts.sum(axis=1) - counts.sum(axis=0))
    total = np.cumsum(sums.sum(axis=1) - sums.sum(axis=0))
    return total.astype(float) ** 2 / np.maximum(count, 1)


def _local_paper(grey: np.ndarray) -> np.ndarray | None:
    """The median around each place of float32 (H, W), found on a small copy; None if it is flat."""
    small = np.asarray(Image.fromarray(grey).reduce(-(-max(grey.shape) // PAPER_GRID)))
    low, high = float(small.min()), float(small.max())
    if np.median(np.abs(small - np.median(small))) < FLAT:
        return None
    reach = max(1, round(PAPER_WINDOW * max(small.shape) / 2))
    scale = 255 / (high - low)
    # Mirrored at the edges: repeated, a stroke that ends there would become paper.
    padded = np.pad(np.rint((small - low) * scale).astype(np.uint8), reach, mode="symmetric")
    medians = Image.fromarray(padded).filter(ImageFilter.MedianFilter(2 * reach + 1))
    paper = np.asarray(medians)[reach:-reach, reach:-reach].astype(np.float32) / scale + low
    size = grey.shape[1], grey.shape[0]
    return np.asarray(Image.fromarray(paper).resize(size, Image.Resampling.BILINEAR))


def _levels(split: Split) -> tuple[float, float]:
    """The levels of contrast below which all is paper and above which all is ink."""
    sample = _sample(split)
    ink = sample[sample > split.threshold]
    if not len(ink):
        return 0.0, 0.0
    level, noise = _noise(split)
    # Much faint ink below the threshold would count as noise.
    level = min(level + SURE_NOISE * noise, MOST_NOISE * split.threshold)
    # Lines printed on the paper are fainter than ink, wherever the threshold has put them.
    for darker in (split.threshold, _otsu(ink)):
        faint = (split.contrast > max(level, LEAST_CONTRAST)) & (split.contrast <= darker)
        if _are_lines(faint, split.contrast > darker):
            level, ink = darker, ink[ink > darker]
    return level, float(np.quantile(ink, 0.8))


def _sample(split: Split) -> np.ndarray:
    step = 2 if min(split.contrast.shape) > SAMPLE_SIZE else 1
    return split.contrast[::step, ::step]


def _noise(split: Split) -> tuple[float, float]:
    """The paper's usual contrast, which should be 0, and the standard deviation from it."""
    sample = _sample(split)
    paper = sample[sample <= split.threshold]
    level = float(np.median(paper)) if len(paper) else 0.0
    deviation = float(np.median(np.abs(paper - level))) if len(paper) else 0.0
    return level, deviation / 0.6745  # as in a normal distribution


def _are_lines(faint: np.ndarray, strong: np.ndarray) -> bool:
    """Whether bool (H, W) faint marks go from edge to edge on both axes, and strong ones do not."""
    return (
        faint.mean() > LEAST_LINES and min(_spans(faint)) > 0.9 and 0 < max(_spans(strong)) < 0.85
    )


def _spans(marks: np.ndarray) -> tuple[float, float]:
    """The shares of the height and the width that lie between the outermost marks."""
    spans = []
    for axis in (1, 0):
        places = np.flatnonzero(marks.any(axis=axis))
        spans.append(float(np.ptp(places) + 1) / marks.shape[1 - axis] if len(places) else 0.0)
    return spans[0], spans[1]


def _otsu(values: np.ndarray) -> float:
    """The threshold that separates two classes best (Otsu 1979)."""
    low, high = float(values.min()), float(values.max())
    if high - low < LEAST_CONTRAST / 10:
        return high
    step = (high - low) / LEVELS
    bins = np.minimum((values - low) / step, LEVELS - 1).astype(int)
    counts = np.bincount(bins.ravel(), minlength=LEVELS)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(LEVELS))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        separation = (sums / below - (sums[-1] - sums) / above) ** 2 * below * above
    return float(low + step * (np.nanargmax(separation[:-1]) + 1))
