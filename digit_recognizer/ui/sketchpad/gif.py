"""Replays a drawing as an animated GIF: the pen moves, and the bars follow it.

Knows nothing about Gradio, visitors or files.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digit_recognizer.constants import NUM_CLASSES
from digit_recognizer.errors import EmptyDrawing
from digit_recognizer.ink.strokes import SHEET_SIZE, Strokes, render
from digit_recognizer.recognizer import Prediction, Recognizer
from digit_recognizer.ui.answer.answer import is_unsure, least_certain

FRAMES_RANGE = (8, 32)
FRAME_MILLISECONDS = 80
HOLD_MILLISECONDS = 2500
FRAME_LENGTH = 0.07
"""Distance that the pen moves in a frame, in sides of the sheet; longer in long drawings."""
LIFT_LENGTH = 0.1
"""A lift of the pen takes as long as drawing this far."""
SMOOTH_LENGTH = 0.004
"""Distance between the pen's dabs on the sheet; longer when MAX_POINTS would be exceeded."""
MAX_POINTS = 4000

MARGIN = 12
WIDTH, HEIGHT = 484, SHEET_SIZE + 2 * MARGIN
LEFT = SHEET_SIZE + 3 * MARGIN
"""Left edge of the answer."""
DIGIT_SIZES = {"sure": 96, "unsure": 48}
BARS_TOP, BAR_PITCH, BAR_HEIGHT = 124, 17, 9
LABEL_SIZE = 13

PAPER, DESK, INK = (255, 253, 248), (245, 242, 234), (28, 39, 64)
ANSWER, TRACK, OTHER = (188, 63, 11), (236, 232, 221), (91, 98, 114)
"""The page's colours in light mode."""
LEVELS = 15
"""Steps between two colours, for smooth edges."""
# Index of each ramp's first colour in the palette.
_ON_PAPER, _IN_ANSWER, _IN_INK = (ramp * (LEVELS + 1) for ramp in range(3))
_TRACK, _OTHER = 3 * (LEVELS + 1), 3 * (LEVELS + 1) + 1


def render_replay(strokes: Strokes, recognizer: Recognizer) -> bytes:
    """A GIF that loops: `strokes` (at least one) drawn in order beside the answers of `recognizer`.

    It has at most FRAMES_RANGE[1] pictures and a last one that stays longer.
    """
    pieces = _pieces(strokes)
    ink = np.zeros((SHEET_SIZE, SHEET_SIZE), np.float32)
    frames = []
    for piece in pieces:
        if piece:
            ink = np.maximum(ink, render(piece))
        frames.append(_frame(ink, _read(recognizer, ink)))
    frames.append(_frame(ink, _read(recognizer, render(strokes))))
    file = io.BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[FRAME_MILLISECONDS] * len(pieces) + [HOLD_MILLISECONDS],
        loop=0,
        palette=_palette(),
        optimize=False,
    )
    return file.getvalue()


def _pieces(strokes: Strokes) -> list[Strokes]:
    """The strokes drawn in each frame, for a pen of constant speed."""
    ways, start = [], 0.0
    for stroke in strokes:
        steps = np.hypot(*np.diff(stroke, axis=0).T)
        ways.append(start + np.concatenate([[0.0], np.cumsum(steps, dtype=np.float64)]))
        start = ways[-1][-1] + LIFT_LENGTH
    length = ways[-1][-1]
    count = int(np.clip(round(length / FRAME_LENGTH), *FRAMES_RANGE))
    pieces: list[Strokes] = [[] for _ in range(count)]
    for stroke, way in zip(strokes, ways, strict=True):
        first, last = (min(int(end / max(length, 1e-9) * count), count - 1) for end in way[[0, -1]])
        for frame in range(first, last + 1):
            ends = np.clip(np.array([frame, frame + 1]) * length / count, way[0], way[-1])
            even = np.arange(*ends, max(SMOOTH_LENGTH, length / MAX_POINTS))
            corners = way[(way > ends[0]) & (way < ends[1])]
            places = np.sort(np.concatenate([even, corners, ends]))
            pieces[frame].append(
                np.stack([np.interp(places, way, axis) for axis in stroke.T], 1).astype(np.float32)
            )
    return pieces


def _read(recognizer: Recognizer, ink: np.ndarray) -> list[Prediction]:
    try:
        return recognizer.read_ink(ink)
    except EmptyDrawing:
        return []


def _frame(ink: np.ndarray, predictions: list[Prediction]) -> Image.Image:
    """One picture in the shared palette; a number shows the bars of its least certain digit."""
    canvas = np.full((HEIGHT, WIDTH), _IN_INK, np.uint8)
    canvas[MARGIN:-MARGIN, MARGIN : MARGIN + SHEET_SIZE] = _shade(ink, _ON_PAPER)
    probabilities, best = np.zeros(NUM_CLASSES), None
    if predictions:
        least = least_certain(predictions)
        probabilities, best = least.probabilities, least.digit
    left = LEFT
    for prediction in predictions:
        size = DIGIT_SIZES["unsure" if is_unsure(prediction) else "sure"]
        size = min(size, (WIDTH - MARGIN - LEFT) // len(predictions))
        _write(canvas, prediction.digit, size, left, (BARS_TOP - MARGIN) // 2 + 4, _IN_ANSWER)
        left += _glyph(prediction.digit, size).shape[1] + size // 12
    for digit, share in enumerate(probabilities):
        top = BARS_TOP + digit * BAR_PITCH
        colour = _IN_ANSWER if digit == best else _IN_INK
        _write(canvas, digit, LABEL_SIZE, LEFT, top + BAR_HEIGHT // 2, colour)
        bar = canvas[top : top + BAR_HEIGHT, LEFT + 18 : WIDTH - MARGIN]
        bar[:] = _TRACK
        bar[:, : round(float(share) * bar.shape[1])] = (
            _IN_ANSWER + LEVELS if digit == best else _OTHER
        )
    picture = Image.fromarray(canvas, "P")
    picture.putpalette(_palette())
    return picture


def _write(canvas: np.ndarray, digit: int, size: int, left: int, middle: int, ramp: int) -> None:
    mask = _glyph(digit, size)
    top = middle - mask.shape[0] // 2
    canvas[top : top + mask.shape[0], left : left + mask.shape[1]] = _shade(mask, ramp)


@cache
def _glyph(digit: int, size: int) -> np.ndarray:
    """A digit as float32 ink, cut out closely."""
    font = ImageFont.load_default(size)
    weight = size // 24
    left, top, right, bottom = font.getbbox(str(digit), stroke_width=weight)
    picture = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(picture).text((-left, -top), str(digit), 255, font, stroke_width=weight)
    return np.asarray(picture, np.float32) / 255


def _shade(mask: np.ndarray, ramp: int) -> np.ndarray:
    return (np.rint(mask * LEVELS) + ramp).astype(np.uint8)


@cache
def _palette() -> bytes:
    ramps = [
        np.linspace(start, end, LEVELS + 1)
        for start, end in ((PAPER, INK), (DESK, ANSWER), (DESK, INK))
    ]
    return np.rint(np.concatenate([*ramps, [TRACK, OTHER]])).astype(np.uint8).tobytes()
