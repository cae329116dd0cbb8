import io
import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.ink.strokes import SHEET_SIZE, render
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.sketchpad import gif as replay
from digit_recognizer.ui.sketchpad.gif import (
    ANSWER,
    FRAMES_RANGE,
    HOLD_MILLISECONDS,
    INK,
    LEFT,
    MARGIN,
    PAPER,
    render_replay,
)
from digit_recognizer.ui.theme import style_sheet
from tests.helpers import written_number

SEVEN = [np.array([(0.3, 0.26), (0.7, 0.26), (0.44, 0.8)], np.float32)]
CROSS = np.array([(0.4, 0.5), (0.65, 0.5)], np.float32)


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


def open_gif(content: bytes) -> tuple[list[np.ndarray], list[int]]:
    """All frames, uint8 (H, W, 3), and how long each is shown."""
    frames, durations = [], []
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "GIF"
        assert image.info["loop"] == 0
        for frame in range(image.n_frames):
            image.seek(frame)
            frames.append(np.asarray(image.convert("RGB")))
            durations.append(image.info["duration"])
    return frames, durations


def sheet(frame: np.ndarray) -> np.ndarray:
    return frame[MARGIN:-MARGIN, MARGIN : MARGIN + SHEET_SIZE]


def inked(frame: np.ndarray) -> np.ndarray:
    return sheet(frame)[..., 0] < (PAPER[0] + INK[0]) / 2


def test_the_pen_moves_and_the_whole_drawing_is_held(recognizer):
    frames, durations = open_gif(render_replay([*SEVEN, CROSS], recognizer))
    assert FRAMES_RANGE[0] <= len(frames) <= FRAMES_RANGE[1] + 1
    inks = [inked(frame) for frame in frames]
    for former, later in pairwise(inks):
        assert (later | ~former).all()
    assert inks[0].sum() < inks[-1].sum() / 5
    whole = render([*SEVEN, CROSS]) > 0.5
    assert (inks[-1] != whole).mean() < 0.005
    assert durations[-1] >= HOLD_MILLISECONDS
    assert sum(durations) < 7000


def test_the_answers_bar_grows_in_the_colour_of_the_answer(recognizer):
    frames, _ = open_gif(render_replay([*SEVEN, CROSS], recognizer))

    def orange(frame, digit):
        top = replay.BARS_TOP + digit * replay.BAR_PITCH
        bar = frame[top : top + replay.BAR_HEIGHT, replay.LEFT + 18 : -MARGIN]
        return (bar == ANSWER).all(axis=-1).mean()

    shares = np.array([[orange(frame, digit) for digit in range(10)] for frame in frames])
    assert shares[-1].argmax() == 7
    assert shares[-1, 7] > 0.9
    assert shares[0, 7] < shares[-1, 7]
    assert ((shares > 0).sum(axis=1) <= 1).all()


@pytest.mark.parametrize(
    "strokes",
    [
        [np.array([(0.5, 0.5)], np.float32)],
        [np.array([(1.5, 1.5), (1.9, 1.9)], np.float32)],
        [np.array([(0.5, 0.5)] * 3, np.float32)] * 3,
    ],
    ids=["a dot", "off the sheet", "dots on dots"],
)
def test_the_least_drawings_make_a_gif_too(recognizer, strokes):
    frames, durations = open_gif(render_replay(strokes, recognizer))
    assert durations[-1] >= HOLD_MILLISECONDS
    assert frames[0].shape == (replay.HEIGHT, replay.WIDTH, 3)


def test_the_largest_drawing_is_bounded(recognizer):
    generator = np.random.default_rng(0)
    points = np.cumsum(generator.normal(0, 0.02, (500, 40, 2)), axis=1)
    strokes = list(np.clip(points + generator.random((500, 1, 2)), -1, 2).astype(np.float32))
    assert sum(map(len, replay._pieces(strokes))) < 500 + 2 * FRAMES_RANGE[1]
    content = render_replay(strokes, recognizer)
    frames, durations = open_gif(content)
    assert len(frames) <= FRAMES_RANGE[1] + 1
    assert sum(durations) < 7000
    assert len(content) < 500_000


def test_the_colours_are_the_pages():
    css = style_sheet()
    for name, colour in (
        ("desk", replay.DESK),
        ("paper", PAPER),
        ("ink", INK),
        ("answer", ANSWER),
        ("panel", replay.TRACK),
        ("faint-ink", replay.OTHER),
    ):
        written = re.search(rf"--{name}: #([0-9a-f]{{6}})", css).group(1)
        assert tuple(bytes.fromhex(written)) == colour, name


def test_a_number_is_written_digit_beside_digit(recognizer, monkeypatch):
    monkeypatch.setattr(replay, "FRAMES_RANGE", (1, 1))  # only the last is looked at

    def width(digits):
        frames, _ = open_gif(render_replay(written_number(digits, gap=0.4), recognizer))
        headline = frames[-1][: replay.BARS_TOP - MARGIN, LEFT - MARGIN :]
        orange = (np.abs(headline.astype(int) - ANSWER).sum(axis=2) < 60).any(axis=0)
        assert not orange[[0, -1]].any()
        return np.ptp(np.flatnonzero(orange))

    assert width([4, 2]) > 1.4 * width([4])
    assert width([4, 2, 0, 7, 3]) > width([4])
