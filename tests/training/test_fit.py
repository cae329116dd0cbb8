import dataclasses

import numpy as np
import pytest

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import EPOCHS_RANGE, TrainConfig
from digit_recognizer.training.dataset import load_dataset
from digit_recognizer.training.events import BatchProgress, EpochResult, TrainingResult

pytestmark = pytest.mark.slow

SMALL = TrainConfig(
    hidden=(32,), epochs=15, batch_size=20, learning_rate=5e-3, schedule="one-cycle"
)


@pytest.fixture(scope="module")
def data(tiny_mnist):
    return load_dataset(tiny_mnist)


@pytest.fixture(scope="module")
def run(data):
    return run_training(SMALL, data)


def run_training(config, data):
    from digit_recognizer.training.fit import train

    events = []
    return train(config, data, events.append), events


def test_a_small_set_is_learnt_by_heart(run, data):
    result, events = run
    last = [event for event in events if isinstance(event, EpochResult)][-1]
    assert last.accuracy > 0.99
    assert result.mlp.accuracy(data.train_images / np.float32(255), data.train_labels) > 0.99


def test_every_epoch_is_reported_in_order(run):
    result, events = run
    epochs = [event for event in events if isinstance(event, EpochResult)]
    assert [event.epoch for event in epochs] == list(range(16))
    assert all(event.epochs == 15 for event in epochs)
    assert all(event.seconds > 0 for event in epochs[1:])
    assert epochs[-1].loss < epochs[0].loss
    assert isinstance(events[-1], TrainingResult)
    assert events[-1] is result


def test_progress_within_an_epoch_is_reported(run):
    _, events = run
    progress = [event for event in events if isinstance(event, BatchProgress)]
    assert {event.epoch for event in progress} == set(range(1, 16))
    assert all(1 <= event.batch <= event.batches == 11 for event in progress)
    assert progress[-1].batch == progress[-1].batches


def test_the_losses_within_an_epoch_are_those_of_its_batches(run):
    _, events = run
    for epoch in (event for event in events if isinstance(event, EpochResult) and event.epoch):
        losses, batches, before = [], [], 0
        for event in events:
            if isinstance(event, BatchProgress) and event.epoch == epoch.epoch:
                losses.append(event.loss)
                batches.append(event.batch - before)
                before = event.batch
        assert np.average(losses, weights=batches) == pytest.approx(epoch.loss, rel=1e-4)


def test_epoch_0_is_the_untrained_networks_own(run, data):
    import keras

    from digit_recognizer.training.keras_mlp import build_network, to_mlp

    first = next(event for event in run[1] if isinstance(event, EpochResult))
    keras.utils.set_random_seed(SMALL.seed)
    untrained = to_mlp(build_network(SMALL.hidden, SMALL.outputs, SMALL.normalize))
    np.testing.assert_array_equal(first.mlp.weights[0], untrained.weights[0])
    count = len(data.val_labels)
    pixels, labels = data.train_images[:count] / np.float32(255), data.train_labels[:count]
    assert first.accuracy == pytest.approx(untrained.accuracy(pixels, labels))
    logits = untrained.logits(pixels).astype(float)
    likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert first.loss == pytest.approx(-np.log(likely[np.arange(count), labels]).mean())
    assert first.seconds == 0


def test_each_epoch_comes_with_its_own_network(run):
    _, events = run
    first, second = [event.mlp for event in events if isinstance(event, EpochResult)][:2]
    assert not np.array_equal(first.weights[0], second.weights[0])


def test_validation_figures_are_those_of_the_reported_network(run, data):
    _, events = run
    for event in events:
        if isinstance(event, EpochResult):
            accuracy = event.mlp.accuracy(data.val_images / np.float32(255), data.val_labels)
            assert event.val_accuracy == pytest.approx(accuracy)
            assert event.val_count == len(data.val_labels)


def test_the_result_carries_its_test(run, data):
    result, _ = run
    assert result.evaluation.count == len(data.test_labels)
    accuracy = result.mlp.accuracy(data.test_images / np.float32(255), data.test_labels)
    assert result.test_accuracy == pytest.approx(accuracy)
    assert result.mlp.metadata["test_accuracy"] == result.test_accuracy


def test_a_saved_network_keeps_the_history_of_its_epochs(run, tmp_path):
    result, events = run
    result.mlp.save(tmp_path / "model.npz")
    assert Mlp.load(tmp_path / "model.npz").metadata["history"] == [
        {
            "epoch": event.epoch,
            "loss": event.loss,
            "accuracy": event.accuracy,
            "val_loss": event.val_loss,
            "val_accuracy": event.val_accuracy,
            "seconds": event.seconds,
        }
        for event in events
        if isinstance(event, EpochResult)
    ]


def test_the_longest_history_fits_into_a_file(run, tmp_path):
    mlp = run[0].mlp
    longest = [
        dict.fromkeys(mlp.metadata["history"][0], 0.1234567890123456789e-05)
        for _ in range(EPOCHS_RANGE[1] + 1)
    ]
    long = dataclasses.replace(mlp, metadata={**mlp.metadata, "history": longest})
    long.save(tmp_path / "model.npz")
    assert Mlp.load(tmp_path / "model.npz").metadata["history"] == longest


def test_the_same_seed_trains_the_same(run, data):
    again, _ = run_training(SMALL, data)
    other, _ = run_training(dataclasses.replace(SMALL, seed=1), data)
    np.testing.assert_allclose(again.mlp.weights[0], run[0].mlp.weights[0], atol=1e-4)
    assert not np.allclose(other.mlp.weights[0], run[0].mlp.weights[0], atol=1e-2)


def test_generated_drawings_teach_an_eleventh_class(data):
    config = dataclasses.replace(SMALL, augment=True, generated=1.0, epochs=3)
    result, events = run_training(config, data)
    assert result.mlp.weights[-1].shape == (32, 11)
    assert result.mlp.threshold > 0
    assert np.isfinite(events[-2].loss)


def test_the_result_is_calibrated(run):
    result, events = run
    assert result.mlp.temperature != events[-2].mlp.temperature == 1
    assert 0 < result.mlp.threshold < 1


def test_a_loss_that_is_no_number_ends_the_training(data, monkeypatch):
    monkeypatch.setattr("digit_recognizer.training.config.LEARNING_RATE_RANGE", (0, 1e30))
    config = dataclasses.replace(SMALL, learning_rate=1e30, schedule="constant")
    with pytest.raises(TrainingFailed, match="learning rate"):
        run_training(config, data)
