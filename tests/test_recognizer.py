import numpy as np
import pytest
from PIL import Image

from digit_recognizer import BadImage, EmptyDrawing, Recognizer, RecognizerError
from digit_recognizer.config import SHIPPED_MODEL
from digit_recognizer.mlp import Mlp
from digit_recognizer.ui.examples import FOLDER as EXAMPLES


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


@pytest.mark.parametrize("digit", range(10))
def test_the_examples_are_read(recognizer, digit):
    prediction = recognizer.predict(EXAMPLES / f"img_{digit}.gif")
    assert prediction.digit == digit
    assert prediction.is_digit


def test_a_prediction_has_what_the_documentation_says(recognizer):
    prediction = recognizer.predict(EXAMPLES / "img_3.gif")
    assert prediction.probabilities.shape == (10,)
    assert prediction.probabilities.dtype == np.float32
    assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert prediction.confidence == prediction.probabilities[prediction.digit]
    assert type(prediction.digit) is int
    assert type(prediction.confidence) is float
    assert type(prediction.is_digit) is bool
    assert prediction.pixels.shape == (28, 28)
    assert prediction.pixels.dtype == np.float32


def test_paths_images_and_arrays_give_the_same(recognizer):
    path = EXAMPLES / "img_5.gif"
    with Image.open(path) as image:
        pictures = [str(path), image.convert("RGB"), np.asarray(image.convert("RGB"))]
    expected = recognizer.predict(path)
    for picture in pictures:
        prediction = recognizer.predict(picture)
        np.testing.assert_allclose(prediction.pixels, expected.pixels, atol=1e-4)
        np.testing.assert_allclose(prediction.probabilities, expected.probabilities, atol=1e-3)


def test_the_eleventh_class_is_no_digit():
    weights, bias = np.zeros((784, 11), np.float32), np.zeros(11, np.float32)
    bias[[3, 10]] = 2, 5
    refusing = Recognizer(Mlp((weights,), (bias,), threshold=0.5))
    prediction = refusing.predict_pixels(np.zeros((28, 28), np.float32))
    assert prediction.digit == 3
    assert not prediction.is_digit
    assert prediction.probabilities.sum() == pytest.approx(1)
    accepting = Recognizer(Mlp((weights,), (bias,), threshold=0.01))
    assert accepting.predict_pixels(np.zeros((28, 28), np.float32)).is_digit


def test_scribbles_are_no_digit(recognizer):
    generator = np.random.default_rng(0)
    ink = generator.random((60, 60), dtype=np.float32)
    assert not recognizer.predict_ink(ink).is_digit


def test_errors_are_of_the_documented_kinds(recognizer):
    with pytest.raises(EmptyDrawing):
        recognizer.predict(np.full((50, 50), 255, np.uint8))
    with pytest.raises(BadImage):
        recognizer.predict("no such file.png")
    for kind in (EmptyDrawing, BadImage):
        assert issubclass(kind, RecognizerError)
        assert issubclass(kind, ValueError)


def test_the_shipped_model_is_small_and_says_where_it_comes_from():
    assert SHIPPED_MODEL.stat().st_size < 10 * 2**20
    metadata = Mlp.load(SHIPPED_MODEL).metadata
    assert metadata["preset"] == "shipped"
    assert metadata["seed"] == 0
