"""Seconds to the tutorial's accuracy: the `quick` preset beside the tutorial's whole run.

The tutorial fits 784-128-10 with Adam, batch size 32, for 10 epochs on all 60,000 images. Here the
clock stops at the first epoch whose network reads 97.89 % of the test set, the figure the tutorial
ends with; the test set only says when, and chooses nothing. Both clocks include tracing, but
neither imports, loading or the evaluation on the test set. Run it with nothing else running.
"""

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer.config import PRESETS
from digit_recognizer.dataset import Dataset, load_dataset
from digit_recognizer.events import EpochResult, TrainingEvent
from digit_recognizer.quiet import quiet_import

FINISH = 0.9789
SEEDS = range(5)


def main() -> None:
    """Run both and print a table."""
    data = load_dataset()
    with quiet_import():
        import digit_recognizer.training  # noqa: F401
    warm_up()
    tutorial_seconds, tutorial_accuracy = run_tutorial(data)
    runs = [run_quick(data, seed) for seed in SEEDS]
    print(f"{'training':<20}{'epochs':>7}{'seconds':>9}{'test accuracy':>15}{'times faster':>14}")
    print(f"{'tutorial':<20}{10:>7}{tutorial_seconds:>9.2f}{tutorial_accuracy:>15.4f}{1:>14.1f}")
    for seed, (epochs, seconds, accuracy) in zip(SEEDS, runs, strict=True):
        row(f"quick, seed {seed}", epochs, seconds, accuracy, tutorial_seconds)
    epochs, seconds, accuracy = (statistics.median(column) for column in zip(*runs, strict=True))
    row("quick, median", epochs, seconds, accuracy, tutorial_seconds)


def row(name: str, epochs: float, seconds: float, accuracy: float, tutorial: float) -> None:
    """Print a line of the table; a run that never reached the finish took for ever."""
    print(f"{name:<20}{epochs:>7.0f}{seconds:>9.2f}{accuracy:>15.4f}{tutorial / seconds:>14.1f}")


def warm_up() -> None:
    """Let Keras import what it imports at its first `fit`, on neither side's clock."""
    import keras

    network = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    network.compile(loss="mse")
    network.fit(np.zeros((2, 1)), np.zeros((2, 1)), verbose=0)


def run_tutorial(data: Dataset) -> tuple[float, float]:
    """Seconds of the tutorial's `fit`, and its accuracy on the test set."""
    import keras

    keras.utils.set_random_seed(0)
    images = np.concatenate([data.train_images, data.val_images]) / 255.0
    labels = np.concatenate([data.train_labels, data.val_labels])
    network = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    started = time.perf_counter()
    network.fit(images, labels, epochs=10, verbose=0)
    seconds = time.perf_counter() - started
    _, accuracy = network.evaluate(data.test_images / 255.0, data.test_labels, verbose=0)
    return seconds, accuracy


def run_quick(data: Dataset, seed: int) -> tuple[int, float, float]:
    """Epochs and seconds until `quick` reached the finish, and its accuracy there.

    Seconds are infinite when it did not; the epochs and the accuracy are then its last.
    """
    from digit_recognizer.training import train

    ends: list[tuple[float, EpochResult]] = []

    def report(event: TrainingEvent) -> None:
        if isinstance(event, EpochResult):
            ends.append((time.perf_counter(), event))

    started = time.perf_counter()
    train(replace(PRESETS["quick"], seed=seed), data, report)
    pixels = data.test_images / np.float32(255)
    for ended, event in ends:
        accuracy = event.mlp.accuracy(pixels, data.test_labels)
        if accuracy >= FINISH:
            return event.epoch, ended - started, accuracy
    return len(ends), float("inf"), accuracy


if __name__ == "__main__":
    main()
