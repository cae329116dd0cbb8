"""What holds at the three doors, whatever comes; `tests/benchmarks/fuzz.py` tries far more."""

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digit_recognizer.errors import BadImage, BadModel, BadStrokes, EmptyDrawing
from digit_recognizer.ink.strokes import parse_strokes, render
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.training.model_files import load_model
from tests import hostile

# The same cases in every run; the benchmark varies them.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

SOURCES = st.integers(0, 2**32).map(random.Random)
PICTURES = hostile.picture_files()
NUMBERS = st.one_of(
    st.floats(-1, 2), st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=3)
)
ANY_JSON = st.recursive(
    NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)
POINTS = st.lists(st.floats(-1, 2), min_size=2, max_size=2)


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


def written(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(content)
    return file.name


def message(call, *errors: type[Exception]) -> str:
    """What an error says that may come; empty when the answer is sound."""
    try:
        for prediction in call():
            assert_sound(prediction)
    except errors as error:
        return str(error)
    return ""


def assert_sound(prediction) -> None:
    assert 0 <= prediction.digit <= 9
    assert np.isfinite(prediction.probabilities).all()
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert np.isfinite(prediction.pixels).all()


@settings(max_examples=100)
@given(ANY_JSON | st.lists(st.lists(st.lists(NUMBERS, max_size=3), max_size=5), max_size=3))
def test_any_json_is_a_drawing_or_refused(value):
    try:
        strokes = parse_strokes(value)
    except BadStrokes:
        return
    for stroke in strokes:
        assert stroke.dtype == np.float32
        assert stroke.shape == (len(stroke), 2)
        assert ((stroke >= -1) & (stroke <= 2)).all()


@settings(max_examples=40)
@given(st.lists(st.lists(POINTS, min_size=1, max_size=20), min_size=1, max_size=6))
def test_any_drawing_is_answered_or_empty(recognizer, drawing):
    ink = render(parse_strokes(drawing))
    assert np.isfinite(ink).all()
    assert ((ink >= 0) & (ink <= 1)).all()
    try:
        for prediction in recognizer.read_ink(ink):
            assert_sound(prediction)
    except EmptyDrawing:
        assert ink.max() < 0.5


@pytest.mark.parametrize("name", hostile.hostile_strokes())
def test_hostile_drawings_are_refused_or_answered(recognizer, name):
    value = hostile.hostile_strokes()[name]()
    said = message(
        lambda: recognizer.read_ink(render(parse_strokes(value))), BadStrokes, EmptyDrawing
    )
    assert said == "" or said.endswith(".")


@settings(max_examples=150)
@given(st.sampled_from(list(PICTURES.values())), SOURCES)
def test_a_broken_picture_is_read_or_refused(recognizer, content, source):
    path = Path(written(hostile.broken(content, source)))
    assert path.name not in message(lambda: recognizer.read(path), BadImage, EmptyDrawing)
    path.unlink()


@settings(max_examples=50)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM"]))
def test_bytes_that_are_no_picture_are_refused(recognizer, content, start):
    path = Path(written(start + content))
    with pytest.raises((BadImage, EmptyDrawing)):
        recognizer.predict(path)
    path.unlink()


@pytest.mark.parametrize("name", PICTURES)
def test_whole_pictures_of_every_kind_are_read(recognizer, name, tmp_path):
    (tmp_path / "picture").write_bytes(PICTURES[name])
    assert_sound(recognizer.predict(tmp_path / "picture"))


# The large ones, which take up to 250 MB to make and to read, are left to the benchmark.
REFUSED = [name for name in hostile.picture_bombs() if "mega" not in name and "00 MB" not in name]


@pytest.mark.parametrize("name", REFUSED)
def test_bombs_do_not_go_off(recognizer, name, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(hostile.picture_bombs()[name]())
    with pytest.raises((BadImage, EmptyDrawing)):
        recognizer.predict(path)


@settings(max_examples=100)
@given(SOURCES)
def test_a_broken_network_is_loaded_or_refused(source):
    path = Path(written(hostile.broken_weights(source)))
    ink = np.ones((28, 28), np.float32)
    said = message(lambda: [Recognizer(load_model(str(path))).predict_pixels(ink)], BadModel)
    assert str(path.parent) not in said
    path.unlink()


@pytest.mark.parametrize("name", hostile.weight_bombs())
def test_hostile_networks_are_refused(name, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(hostile.weight_bombs()[name]())
    if name == "metadata with NaN":
        Mlp.load(path)
        return
    with pytest.raises(BadModel) as caught:
        Mlp.load(path)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
