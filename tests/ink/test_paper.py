import numpy as np
import pytest

from digit_recognizer.ink.paper import may_be_cut, separate_ink
from digit_recognizer.ink.strokes import render

SIZE = 160
INK = render(
    [np.array([[0.35, 0.2], [0.3, 0.5], [0.7, 0.45], [0.55, 0.85]], np.float32)], SIZE, 0.05
)


def photo(ink: np.ndarray = INK, paper=0.9, darkness=0.8, noise=0.0) -> np.ndarray:
    """Grey (H, W, 1) of ink on paper; `paper` is its lightness, one number or one a pixel."""
    grey = paper * (1 - darkness * ink)
    grey = grey + np.random.default_rng(0).normal(0, noise, grey.shape)
    return grey.clip(0, 1).astype(np.float32)[..., None]


def assert_found(colours: np.ndarray, ink: np.ndarray = INK, tolerance: float = 0.03) -> None:
    found = separate_ink(colours)
    assert found.dtype == np.float32
    assert found.shape == ink.shape
    assert 0 <= found.min() <= found.max() <= 1
    assert np.abs(found - ink).mean() < tolerance


def test_ink_on_plain_paper_comes_back_as_it_was():
    assert_found(photo(), tolerance=0.005)


def test_light_ink_on_dark_paper():
    assert_found(1 - photo())


def test_coloured_ink_of_the_papers_lightness():
    red, green = np.array([0.8, 0.3, 0.3]), np.array([0.3, 0.55, 0.3])
    colours = INK[..., None] * red + (1 - INK[..., None]) * green
    assert_found(colours.astype(np.float32))


@pytest.mark.parametrize("darkness", [0.15, 0.4])
def test_faint_pencils_are_brought_up(darkness):
    assert_found(photo(darkness=darkness, noise=0.004))


def test_light_that_fades_to_less_than_half():
    down, right = np.indices((SIZE, SIZE)) / SIZE
    assert_found(photo(paper=0.95 - 0.5 * right - 0.1 * down**2, darkness=0.4, noise=0.005))


@pytest.mark.parametrize("darkness", [0.3, 0.8])
def test_the_edge_of_a_shadow(darkness):
    down = np.indices((SIZE, SIZE))[0] / SIZE
    shadow = 1 - 0.6 / (1 + np.exp((0.6 - down) * 40))
    assert_found(photo(paper=0.9 * shadow, darkness=darkness, noise=0.005), tolerance=0.04)


def test_a_pen_of_a_pixel_on_paper_that_fades():
    thin = render([np.array([[0.4, 0.3], [0.42, 0.6], [0.55, 0.62]], np.float32)], SIZE, 0.007)
    right = np.indices((SIZE, SIZE))[1] / SIZE
    found = separate_ink(photo(thin, paper=0.9 - 0.4 * right, darkness=0.3, noise=0.006))
    assert found[thin > 0.9].mean() > 0.7
    assert found[thin == 0].mean() < 0.02


def test_art_of_several_colours():
    colours = np.ones((SIZE, SIZE, 3), np.float32)
    colours[INK > 0.5] = (0.9, 0.75, 0.1)
    colours[(INK > 0.5) & (np.indices(INK.shape)[0] % 40 < 20)] = (0.1, 0.7, 0.9)
    assert_found(colours, (INK > 0.5).astype(np.float32))


def test_digits_cut_close_may_have_paper_in_the_minority():
    assert not may_be_cut(INK)
    block = np.ones((20, 12), np.float32)
    block[:12, :8] = 0
    assert may_be_cut(block)


def test_noise_alone_is_no_ink():
    assert separate_ink(photo(ink=np.zeros((90, 90)), noise=0.01)) is None


def test_one_colour_is_no_ink():
    assert separate_ink(np.full((50, 40, 3), 0.3, np.float32)) is None


def test_paper_with_squares_loses_its_lines():
    lines = np.zeros((SIZE, SIZE))
    lines[12::25] = lines[:, 12::25] = 0.3
    found = separate_ink(photo(np.maximum(INK, lines)))
    assert found[12, :30].max() < 0.1
    assert np.abs(found - INK).mean() < 0.04


def test_a_filled_ring_is_a_digit_and_no_sheet():
    down, right = np.indices((SIZE, SIZE)) / SIZE - 0.5
    radius = np.hypot(down, right)
    ring = ((radius > 0.2) & (radius < 0.42)).astype(np.float32)
    assert_found(photo(ring), ring, tolerance=0.05)


def test_a_stroke_along_one_edge_stays():
    ink = INK.copy()
    ink[:10, 5:-5] = 1
    found = separate_ink(photo(ink))
    assert found[:10, 5:-5].mean() > 0.9


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 90, 3), (90, 1, 3), (2, 2, 1)])
def test_tiny_pictures_do_not_fail(shape):
    colours = np.random.default_rng(0).random(shape, dtype=np.float32)
    found = separate_ink(colours)
    assert found is None or np.isfinite(found).all()
