import numpy as np
import pytest
from PIL import Image

from digit_recognizer import BadImage, EmptyDrawing, Recognizer, RecognizerError
from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.handwriting.scribbles import draw_scribbles, letter
from digit_recognizer.ink.marks import find_marks
from digit_recognizer.ink.strokes import render
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.pictures.examples import FOLDER as EXAMPLES
from tests.helpers import written_number


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


def test_letters_are_no_digits(recognizer):
    images = draw_scribbles(100, np.random.default_rng(30), {letter: 1})
    answers = [recognizer.predict_pixels(image / np.float32(255)) for image in images]
    assert sum(not answer.is_digit for answer in answers) >= 97


@pytest.fixture(scope="module")
def ten_classes(recognizer):
    """The shipped network without its eleventh class."""
    mlp = recognizer.mlp
    weights = (*mlp.weights[:-1], mlp.weights[-1][:, :10].copy())
    return Recognizer(Mlp(weights, (*mlp.biases[:-1], mlp.biases[-1][:10].copy())))


def digits_of(predictions) -> list[int]:
    return [prediction.digit for prediction in predictions]


@pytest.mark.parametrize("network", ["recognizer", "ten_classes"])
@pytest.mark.parametrize("gap", [0.15, 0.5])
@pytest.mark.parametrize("digits", [[4, 2], [2, 0, 2, 5], [7, 4, 1, 9, 3, 8]])
def test_a_number_is_read_digit_by_digit(network, gap, digits, request):
    ink = render(written_number(digits, gap), 400, 0.015)
    assert digits_of(request.getfixturevalue(network).read_ink(ink)) == digits


def test_numbers_are_read_in_pictures_and_near_their_edges(recognizer):
    ink = render(written_number([1, 5, 0, 3, 1]), 400, 0.02)
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis=axis)) for axis in (1, 0))
    tight = ink[rows[0] - 2 : rows[-1] + 3, columns[0] - 2 : columns[-1] + 3]
    for paper in (ink, tight):
        picture = np.rint(255 * (1 - paper)).astype(np.uint8)
        assert digits_of(recognizer.read(picture)) == [1, 5, 0, 3, 1]


def test_the_digits_of_a_number_are_predictions_of_their_own(recognizer):
    predictions = recognizer.read_ink(render(written_number([3, 6]), 300, 0.03))
    for prediction in predictions:
        again = recognizer.predict_pixels(prediction.pixels)
        assert prediction.confidence == again.confidence
        assert prediction.is_digit


SEPARATE_STROKES = {
    "a five and its bar": (
        5,
        [[0.42, 0.28], [0.4, 0.46], [0.52, 0.42], [0.62, 0.52], [0.58, 0.68], [0.38, 0.72]],
        [[0.45, 0.25], [0.66, 0.24]],
    ),
    "an open four": (4, [[0.36, 0.22], [0.34, 0.5], [0.55, 0.5]], [[0.6, 0.22], [0.58, 0.8]]),
    "a seven and its bar": (7, [[0.3, 0.24], [0.66, 0.24], [0.44, 0.8]], [[0.4, 0.5], [0.64, 0.5]]),
    "a seven in three": (
        7,
        [[0.3, 0.24], [0.64, 0.24]],
        [[0.63, 0.28], [0.46, 0.8]],
        [[0.4, 0.52], [0.64, 0.52]],
    ),
}


@pytest.mark.parametrize("name", SEPARATE_STROKES)
@pytest.mark.parametrize("network", ["recognizer", "ten_classes"])
def test_a_digit_in_several_strokes_stays_one(network, name, request):
    digit, *strokes = SEPARATE_STROKES[name]
    ink = render([np.array(stroke, np.float32) for stroke in strokes])
    reader = request.getfixturevalue(network)
    (prediction,) = reader.read_ink(ink)
    assert prediction.digit == digit
    np.testing.assert_array_equal(prediction.pixels, reader.predict_ink(ink).pixels)


def test_touching_digits_are_parted(recognizer):
    ink = render(written_number([3, 5], gap=0.0), 300, 0.03)
    assert len(find_marks(ink)) == 1
    assert digits_of(recognizer.read_ink(ink)) == [3, 5]


def test_what_cannot_be_parted_is_unsure(recognizer):
    strokes = written_number([8, 6, 8], gap=-0.45)
    predictions = recognizer.read_ink(render(strokes, 300, 0.03))
    assert not all(prediction.is_digit for prediction in predictions)


def test_two_digits_taken_for_one_are_not_called_sure(recognizer):
    ink = render(written_number([0, 0], gap=0.0, seed=5), 300, 0.03)
    (prediction,) = recognizer.read_ink(ink)
    assert prediction.may_touch
    assert not recognizer.predict_ink(ink).may_touch


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_read_as_predict_does(recognizer, digit):
    path = EXAMPLES / f"img_{digit}.gif"
    (prediction,) = recognizer.read(path)
    np.testing.assert_array_equal(prediction.probabilities, recognizer.predict(path).probabilities)


@pytest.mark.parametrize("ask", ["predict", "read"])
def test_errors_are_of_the_documented_kinds(recognizer, ask):
    with pytest.raises(EmptyDrawing):
        getattr(recognizer, ask)(np.full((50, 50), 255, np.uint8))
    with pytest.raises(BadImage):
        getattr(recognizer, ask)("no such file.png")
    for kind in (EmptyDrawing, BadImage):
        assert issubclass(kind, RecognizerError)
        assert issubclass(kind, ValueError)


def test_the_shipped_model_is_small_and_says_where_it_comes_from():
    assert SHIPPED_MODEL.stat().st_size < 10 * 2**20
    metadata = Mlp.load(SHIPPED_MODEL).metadata
    assert metadata["preset"] == "shipped"
    assert metadata["seed"] == 0
