"""Tells ink from paper in the colours of a picture.

Dark on light, light on dark, coloured ink, uneven light and faint pencils all give about the same
ink. Knows nothing about files, digits or networks.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from digit_recognizer.ink.morphology import extreme_around

PAPER_GRID = 32
"""Side of the small grid on which the paper under the ink is estimated."""
SAMPLE_SIZE = 100
"""Of pictures larger than this on both sides, every other row and column is enough to judge by."""
STROKE_REACH = 0.17
"""Half the width, as a fraction of the picture, of the widest mark that counts as a stroke."""
LEAST_CONTRAST = 0.06
"""Ink that differs less from the paper than this (0 to 1) cannot be read."""
LEAST_LIGHT = 0.25
"""Shadows darker than this share of the paper's light are not brightened further."""
SHEET_SIDE = 0.4
"""A rectangle this large, as a share of the picture's shorter side, may be a sheet of paper."""
LEAST_LINES = 0.04
"""Share of the picture that printed lines cover at least."""
MOST_BORDER = 0.15
"""Share of the picture that a dark border may take at each side."""

FLAT = 0.004
"""Paper that varies less than this, about one level in 255, is of one colour."""
OTSU_BINS = 128


def separate_ink(colours: np.ndarray) -> np.ndarray | None:
    """The ink in float32 (H, W, 1 or 3) colours in [0, 1].

    Returns float32 (H, W) in [0, 1], smaller where the paper is only a part of the picture, or
    None when there is no ink.
    """
    grid = _shrink(colours)
    sheet = _sheet_on_a_table(grid)
    if sheet is not None:
        factor = _shrinkage(colours)
        top, bottom, left, right = (factor * cell for cell in sheet)
        ink = separate_ink(colours[top:bottom, left:right])
        if ink is not None:
            return ink
    contrast = _contrast_with_paper(colours, grid)
    if contrast is None:
        return None
    paper, ink = _split(contrast)
    if ink - paper < LEAST_CONTRAST:
        return None
    return _without_borders(((contrast - paper) / (ink - paper)).clip(0, 1))


def _shrinkage(colours: np.ndarray) -> int:
    return -(-max(colours.shape[:2]) // PAPER_GRID)


def _shrink(colours: np.ndarray) -> np.ndarray:
    """Means of (H, W, C) over square blocks, at most PAPER_GRID of them on the longer side."""
    height, width, channels = colours.shape
    factor = _shrinkage(colours)
    if height % factor or width % factor:
        sides = (0, -height % factor), (0, -width % factor), (0, 0)
        colours = np.pad(colours, sides, mode="edge")
    rows = colours.reshape(-1, factor, colours.shape[1], channels).mean(axis=1)
    return rows.reshape(len(rows), -1, factor, channels).mean(axis=2)


def _sheet_on_a_table(grid: np.ndarray) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of a rectangle that differs from all around it, in cells."""
    distances = np.abs(grid - np.median(grid, axis=(0, 1))).sum(axis=2)
    if not distances.any():
        return None
    bright = distances > distances.max() / 2
    top, bottom = _main_part(bright.sum(axis=1))
    left, right = _main_part(bright.sum(axis=0))
    sheet = bright[top:bottom, left:right]
    if min(sheet.shape) < max(1, SHEET_SIDE * min(bright.shape)):
        return None
    # Digits have no filled corners; a bar of ink has, but nothing is written on it.
    tall, wide = (max(1, round(0.12 * side)) for side in sheet.shape)
    corners = (  # of the cells that are not partly table
        sheet[:tall, :wide],
        sheet[:tall, -wide:],
        sheet[-tall:, :wide],
        sheet[-tall:, -wide:],
    )
    if sheet.mean() < 0.7 or min(corner.mean() for corner in corners) < 0.8:
        return None
    return top, bottom, left, right


def _main_part(counts: np.ndarray) -> tuple[int, int]:
    """First and end of where counts reach half of their largest, less a cell at either end."""
    places = np.flatnonzero(counts > counts.max() / 2)
    return int(places[0]) + 1, int(places[-1])


def _contrast_with_paper(colours: np.ndarray, grid: np.ndarray) -> np.ndarray | None:
    """How far each pixel lies from the paper's colour towards the ink's: float32 (H, W).

    The paper's colour may vary with the light; the ink's direction is that of the places that lie
    farthest from it. Contrast is made even, too: in the shade, black is nearer to white.
    """
    surface = _smooth_surface(grid)
    differences = (grid - surface).reshape(-1, grid.shape[2])
    direction = np.einsum("nc,nc->n", differences, differences) @ differences
    length = float(np.linalg.norm(direction))
    if length == 0:
        return None
    # Over the root of the number of channels, black on white has a contrast of 1.
    direction = (direction / (length * np.sqrt(grid.shape[2]))).astype(np.float32)
    paper = surface @ direction
    paper += _shadows(grid @ direction - paper)
    if np.ptp(paper) < FLAT:
        return colours @ direction - np.median(paper)
    height, width = colours.shape[:2]
    contrast = colours @ direction - _enlarge(paper, height, width)
    light = -paper  # the contrast of black, where ink is darker than paper
    usual = float(np.median(light))
    if usual <= LEAST_CONTRAST:
        return contrast
    return contrast / np.maximum(_enlarge(light, height, width) / usual, LEAST_LIGHT)


def _smooth_surface(grid: np.ndarray) -> np.ndarray:
    """The second-degree surface through the paper's part of (H, W, C): light fades smoothly.

    Fitted by iteratively reweighted least squares with Cauchy's weights, so that ink hardly counts.
    """
    values = grid.reshape(-1, grid.shape[2]).astype(float)
    surface = np.median(values, axis=0)
    if np.median(np.abs(values - surface).sum(axis=1)) < FLAT:
        return np.broadcast_to(surface, grid.shape).astype(np.float32)
    down, right = (axis.ravel() for axis in np.indices(grid.shape[:2]) / max(grid.shape[:2]) - 0.5)
    terms = np.stack([np.ones_like(down), down, right, down**2, down * right, right**2], axis=1)
    # Keeps the surface flat where the paper does not say otherwise.
    stiffness = np.diag([0, 1, 1, 1, 1, 1]) * 1e-5 * len(values)
    for _ in range(4):
        distances = np.abs(values - surface).sum(axis=1)
        scale = 1.4826 * np.median(distances) + 0.01
        weighted = terms / (1 + (distances / scale)[:, None] ** 2)
        surface = terms @ np.linalg.solve(terms.T @ weighted + stiffness, weighted.T @ values)
    return surface.reshape(grid.shape).astype(np.float32)


def _shadows(contrast: np.ndarray) -> np.ndarray:
    """What of (H, W) contrast is wider than any stroke: a grey opening."""
    reach = round(STROKE_REACH * max(contrast.shape))
    return extreme_around(np.maximum, extreme_around(np.minimum, contrast, reach), reach)


def _enlarge(grid: np.ndarray, height: int, width: int) -> np.ndarray:
    image = Image.fromarray(grid.astype(np.float32, copy=False))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _split(contrast: np.ndarray) -> tuple[float, float]:
    """The levels of contrast below which all is paper and above which all is ink."""
    step = 2 if min(contrast.shape) > SAMPLE_SIZE else 1
    sample = contrast[::step, ::step]
    threshold = _otsu(sample)
    is_ink = sample > threshold
    paper, ink = sample[~is_ink], sample[is_ink]
    if not len(ink) or not len(paper):
        return 0.0, 0.0
    level = float(np.median(paper))
    noise = float(np.median(np.abs(paper - level))) / 0.6745  # the sigma of a normal distribution
    level += 4 * noise
    # Lines printed on the paper are fainter than ink, wherever the threshold has put them.
    for darker in (threshold, _otsu(ink)):
        faint = (contrast > max(level, LEAST_CONTRAST)) & (contrast <= darker)
        if _are_lines(faint, contrast > darker):
            level, ink = darker, ink[ink > darker]
    return level, float(np.quantile(ink, 0.8))


def _are_lines(faint: np.ndarray, strong: np.ndarray) -> bool:
    """Whether bool (H, W) faint marks go from edge to edge on both axes, and strong ones do not."""
    return (
        faint.mean() > LEAST_LINES and min(_spans(faint)) > 0.9 and 0 < max(_spans(strong)) < 0.85
    )


def _spans(marks: np.ndarray) -> tuple[float, float]:
    """Which share of the height and the width lies between the outermost marks."""
    spans = []
    for axis in (1, 0):
        places = np.flatnonzero(marks.any(axis=axis))
        spans.append(float(np.ptp(places) + 1) / marks.shape[1 - axis] if len(places) else 0.0)
    return spans[0], spans[1]


def _otsu(values: np.ndarray) -> float:
    """The threshold that separates two classes best (Otsu 1979)."""
    if values.max() - values.min() < LEAST_CONTRAST / 10:
        return float(values.max())
    low, step = values.min(), (values.max() - values.min()) / OTSU_BINS
    bins = np.minimum((values - low) / step, OTSU_BINS - 1).astype(int)
    counts = np.bincount(bins.ravel(), minlength=OTSU_BINS)
    centres = np.arange(OTSU_BINS)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * centres)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        separation = (sums / below - (sums[-1] - sums) / above) ** 2 * below * above
    return float(low + step * (np.nanargmax(separation[:-1]) + 1))


def _without_borders(ink: np.ndarray) -> np.ndarray:
    """Ink without dark rims all around, as scanners and screenshots leave them."""
    cleared = ink.copy()
    sides = 0
    for view in (cleared, cleared[::-1], cleared.T, cleared.T[::-1]):
        most = round(MOST_BORDER * len(view))
        rim = int(np.argmin((view[: most + 1] > 0.5).mean(axis=1) > 0.7))
        if 0 < rim <= most:
            view[: rim + 1] = 0
            sides += 1
    return cleared if sides >= 3 else ink  # a tightly cropped digit may fill an edge or two
