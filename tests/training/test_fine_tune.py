import dataclasses

import numpy as np
import pytest

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.handwriting.digits import write_style
from digit_recognizer.handwriting.styles import Style
from digit_recognizer.ink.preprocessing import to_pixels
from digit_recognizer.ink.strokes import place_on_sheet, render
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import FineTuning, TrainConfig
from digit_recognizer.training.dataset import load_dataset
from digit_recognizer.training.events import BatchProgress, DatasetNote, FineTuningResult

pytestmark = pytest.mark.slow

LAMBDA = Style(7, 1, ".2,.0 .4,.4 .6,1 ; .4,.4 .1,1", ".3,.0 .5,.5 .9,1 ; .5,.5 .05,1")


@pytest.fixture(scope="module")
def data(tiny_mnist):
    return load_dataset(tiny_mnist)


@pytest.fixture(scope="module")
def trained(data) -> Mlp:
    """A network with an eleventh class that reads the tiny set."""
    from digit_recognizer.training.fit import train

    config = TrainConfig(
        hidden=(64,),
        epochs=15,
        batch_size=20,
        learning_rate=5e-3,
        generated=1.0,
        schedule="one-cycle",
    )
    return train(config, data, lambda event: None).mlp


@pytest.fixture(scope="module")
def lambdas() -> np.ndarray:
    written = write_style(LAMBDA, 23, np.random.default_rng(0))
    sheets = (place_on_sheet(strokes, 0.6, 0.04) for strokes in written)
    return np.stack([to_pixels(render(sheet)) for sheet in sheets])


@pytest.fixture(scope="module")
def task(trained, lambdas) -> FineTuning:
    return FineTuning(trained, lambdas[::8], np.full(3, 7, np.uint8))


@pytest.fixture(scope="module")
def tuned(task, data):
    return run_fine_tuning(task, data)


def run_fine_tuning(task, data):
    from digit_recognizer.training.fine_tune import fine_tune

    events = []
    return fine_tune(task, data, events.append), events


def test_three_drawings_teach_a_shape_and_the_digits_stay(tuned, trained, lambdas, data):
    result, _ = tuned
    sevens = np.full(len(lambdas), 7)
    assert trained.accuracy(lambdas, sevens) < 0.5
    assert result.mlp.accuracy(lambdas, sevens) > 0.8
    pixels = data.test_images / np.float32(255)
    assert result.before == pytest.approx(trained.accuracy(pixels, data.test_labels))
    assert result.after == pytest.approx(result.mlp.accuracy(pixels, data.test_labels))
    assert result.after >= result.before - 0.02
    assert result.count == len(data.test_labels)


def test_progress_is_reported_and_the_result_comes_last(tuned):
    result, events = tuned
    *progress, last = events
    assert last is result
    assert isinstance(last, FineTuningResult)
    assert all(isinstance(event, BatchProgress) for event in progress)
    batches = [event.batch for event in progress]
    assert batches == sorted(batches)
    assert batches[-1] == progress[-1].batches


def test_the_network_keeps_its_shape_and_its_calibration(tuned, trained):
    mlp = tuned[0].mlp
    assert [weight.shape for weight in mlp.weights] == [each.shape for each in trained.weights]
    assert (mlp.temperature, mlp.threshold) == (trained.temperature, trained.threshold)
    assert mlp.metadata["fine_tuned_drawings"] == 3
    assert mlp.metadata["hidden"] == trained.metadata["hidden"]


def test_a_network_of_ten_classes_and_no_hidden_layer_can_be_fine_tuned(task, data):
    flat = Mlp((np.zeros((784, 10), np.float32),), (np.zeros(10, np.float32),))
    noted = dataclasses.replace(data, note="These are not MNIST's.")
    result, events = run_fine_tuning(dataclasses.replace(task, mlp=flat), noted)
    assert events[0] == DatasetNote("These are not MNIST's.")
    assert result.mlp.weights[0].shape == (784, 10)
    assert result.mlp.accuracy(task.pixels, task.labels) == 1


def test_a_network_that_has_learnt_from_distorted_digits_can_be_fine_tuned(task, lambdas, data):
    from digit_recognizer.training.fine_tune import preparations

    metadata = {**task.mlp.metadata, "augment": True}
    mlp = dataclasses.replace(task.mlp, metadata=metadata)
    for prepare in preparations(mlp):  # as a worker does beforehand
        prepare()
    result, _ = run_fine_tuning(dataclasses.replace(task, mlp=mlp), data)
    assert result.mlp.accuracy(lambdas, np.full(len(lambdas), 7)) > 0.8
    assert result.mlp.metadata["augment"]


def test_a_network_that_overflows_ends_the_fine_tuning_with_a_sentence(task, data):
    huge = Mlp((np.full((784, 10), 1e38, np.float32),), (np.zeros(10, np.float32),))
    with pytest.raises(TrainingFailed, match="too large"):
        run_fine_tuning(dataclasses.replace(task, mlp=huge), data)
