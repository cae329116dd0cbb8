import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.training.weights import (
    AGAINST,
    FOR,
    MAX_UNITS,
    render_weights,
    weights_as_png,
)


def network(units: int, scale: float = 0.1) -> Mlp:
    weight = np.random.default_rng(1).normal(0, scale, (784, units)).astype(np.float32)
    last = np.zeros((units, 10), np.float32)
    return Mlp((weight, last), (np.zeros(units, np.float32), np.zeros(10, np.float32)))


def decoded(uri: str) -> np.ndarray:
    content = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


@pytest.mark.parametrize(("units", "shown"), [(1, 1), (10, 10), (24, 24), (128, 24), (2048, 24)])
def test_a_sample_of_the_units_is_shown_each_once(units, shown):
    names = re.findall(r'alt="Weights of unit (\d+)"', render_weights(network(units)))
    numbers = [int(name) for name in names]
    assert len(numbers) == len(set(numbers)) == shown <= MAX_UNITS
    assert min(numbers) == 1
    assert max(numbers) == units


def test_networks_of_one_shape_show_the_same_units():
    one, other = (
        re.findall(r'alt="([^"]+)"', render_weights(network(300, scale))) for scale in (0.1, 5)
    )
    assert one == other


def test_signs_are_colours_and_strength_is_opacity():
    weights = np.zeros(784, np.float32)
    weights[:4] = 1, -1, 0.5, -3
    picture = decoded(weights_as_png(weights))
    assert picture.shape == (28, 28, 4)
    assert tuple(picture[0, 0]) == (*FOR, 255)
    assert tuple(picture[0, 1]) == (*AGAINST, 255)
    assert tuple(picture[0, 2][:3]) == FOR
    assert 110 < picture[0, 2][3] < 145
    assert tuple(picture[0, 3]) == (*AGAINST, 255)
    assert (picture.reshape(-1, 4)[4:, 3] == 0).all()


def test_a_network_without_weights_is_blank_and_not_an_error():
    (uri, *_) = re.findall(r'src="([^"]+)"', render_weights(network(3, scale=0)))
    assert (decoded(uri)[..., 3] == 0).all()


def test_all_pictures_together_are_small():
    assert len(render_weights(network(512))) < 40_000
