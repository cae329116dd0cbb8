"""Times trainings beside the tutorial, a loop in NumPy, and the limit of the machine.

    python tests/benchmarks/train_speed.py [--part runs|epochs]

Runs: the tutorial fits 784-128-10 with Adam, batch size 32, for 10 epochs on all 60,000 images. The
clock of `quick` stops after the first epoch whose network reads 97.89 % of the test set, the
tutorial's final accuracy; the test set only stops the clock. It is run twice for each seed: the
first run compiles its program, the second finds it compiled, as in the page's process that waits
for a training. `robust` is timed to its end. The clocks exclude imports, loading, and the
evaluation on the test set.

Epochs: an epoch of `quick` and one of `robust` are timed beside three others: a plain epoch of the
same network (55,000 undistorted digits, Adam), the same as a loop in NumPy, and the limit: the
matrix products alone, as TensorFlow computes them, of as many images as the epoch has. Needs MNIST
and a machine with nothing else to do.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import training
from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.training.config import PRESETS, TrainConfig
from digit_recognizer.training.dataset import Dataset, load_dataset
from digit_recognizer.training.events import EpochResult, TrainingEvent
from tests.benchmarks.figures import Figure, conclude, parser, run
from tests.benchmarks.tools import epoch_seconds

FINISH = 0.9789
SEEDS = range(5)
ROUNDS = 3
COMMAND = "train_speed.py"
FASTER, FASTER_WARM = 20, 28
LONGER = {"quick": 1.5, "robust": 2.1}
"""Times as long as its matrix products that an epoch may take."""
ROBUST_ACCURACY = 0.985


def main() -> int:
    """Measure and print tables; returns the exit status."""
    arguments = parser(__doc__)
    arguments.add_argument("--part", choices=("runs", "epochs"), help="measure only this")
    flags = arguments.parse_args()
    data = load_dataset()
    training.load()
    warm_up()
    figures = []
    if flags.part != "epochs":
        figures += measure_runs(data)
    if flags.part != "runs":
        figures += measure_epochs(data)
    return conclude(figures, flags)


def measure_runs(data: Dataset) -> list[Figure]:
    """Print how long whole trainings take."""
    tutorial_seconds, tutorial_accuracy = run_tutorial(data)
    print(f"{'training':<24}{'epochs':>7}{'seconds':>9}{'test accuracy':>15}{'times faster':>14}")
    row("tutorial", 10, tutorial_seconds, tutorial_accuracy, tutorial_seconds)
    runs = {"compiling": [], "compiled": []}
    for seed in SEEDS:
        forget_programs()
        for kind, done in runs.items():
            done.append(run_quick(data, seed))
            row(f"quick, {kind}, seed {seed}", *done[-1], tutorial_seconds)
    robust_seconds, robust_accuracy = run_robust(data)
    row("robust", PRESETS["robust"].epochs, robust_seconds, robust_accuracy, tutorial_seconds)
    figures = []
    for (kind, done), target in zip(runs.items(), (FASTER, FASTER_WARM), strict=True):
        epochs, seconds, accuracy = (statistics.median(part) for part in zip(*done, strict=True))
        row(f"quick, {kind}, median", epochs, seconds, accuracy, tutorial_seconds)
        ratio = tutorial_seconds / seconds
        figures.append(
            Figure(
                f"training to {100 * FINISH:.2f} % on the test set, `quick`, {kind}",
                f"{seconds:.1f} s",
                COMMAND,
                f"{tutorial_seconds:.0f} s for the tutorial's whole run",
                f"{ratio:.1f} times faster",
                f"{target} times faster",
                ratio >= target,
            )
        )
    return [
        *figures,
        Figure(
            "test set read right by `robust`",
            f"{100 * robust_accuracy:.2f} % after {robust_seconds:.0f} s",
            COMMAND,
            f"{100 * tutorial_accuracy:.2f} % by the tutorial's network",
            "",
            f"at least {100 * ROBUST_ACCURACY:g} %",
            robust_accuracy >= ROBUST_ACCURACY,
        ),
    ]


def measure_epochs(data: Dataset) -> list[Figure]:
    """Print how long an epoch takes, and how close to the limit it is."""
    figures = []
    head = ("epoch of", "seconds", "plain", "NumPy loop", "its limit", "GFLOP/s", "NumPy/plain")
    print(f"\n{head[0]:<12}" + "".join(f"{name:>13}" for name in head[1:]))
    for name in ("quick", "robust"):
        preset = PRESETS[name]
        plain = TrainConfig(hidden=preset.hidden, batch_size=preset.batch_size, learning_rate=1e-3)
        # In turns, so that a busy moment of the machine slows each of them.
        rounds = [
            (
                epoch_seconds(preset, data),
                epoch_seconds(plain, data),
                numpy_epoch(plain, data),
                products_epoch(plain, images_of(preset, data)),
            )
            for _ in range(ROUNDS)
        ]
        own, keras_plain, loop, limit = map(min, zip(*rounds, strict=True))
        rate = product_flops(plain) * images_of(preset, data) / limit / 1e9
        print(
            f"{name:<12}{own:>13.2f}{keras_plain:>13.2f}{loop:>13.2f}{limit:>13.2f}{rate:>13.0f}"
            f"{loop / keras_plain:>13.1f}"
        )
        ratio = own / limit
        figures.append(
            Figure(
                f"an epoch of `{name}`",
                f"{own:.2f} s",
                COMMAND,
                f"{limit:.2f} s for its matrix products",
                f"{ratio:.2f} times as long",
                f"at most {LONGER[name]} times",
                ratio <= LONGER[name],
            )
        )
    return figures


def images_of(config: TrainConfig, data: Dataset) -> int:
    """Number of images in an epoch, generated ones included."""
    from digit_recognizer.handwriting.generated import image_count
    from digit_recognizer.training.fit import generated_digits

    return len(data.train_images) + image_count(generated_digits(config, data))


def forget_programs() -> None:
    """Let the next training compile its program."""
    from digit_recognizer.training.program import program_for

    program_for.cache_clear()


def row(name: str, epochs: float, seconds: float, accuracy: float, tutorial: float) -> None:
    """Print a line of the table; the seconds of a run that missed the finish are infinite."""
    print(f"{name:<24}{epochs:>7.0f}{seconds:>9.2f}{accuracy:>15.4f}{tutorial / seconds:>14.1f}")


def warm_up() -> None:
    """Make Keras do the imports of its first `fit` before any clock starts."""
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

    Seconds are infinite when it did not; epochs and accuracy are then those of the last epoch.
    """
    from digit_recognizer.training.fit import train

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
    return event.epoch, float("inf"), accuracy


def run_robust(data: Dataset) -> tuple[float, float]:
    """Seconds of the whole training, and its accuracy on the test set."""
    from digit_recognizer.training.fit import train

    result = train(PRESETS["robust"], data, lambda event: None)
    return result.fit_seconds, result.evaluation.accuracy


def numpy_epoch(config: TrainConfig, data: Dataset) -> float:
    """Seconds of an epoch of the same network and optimizer as a plain loop in NumPy."""
    rng = np.random.default_rng(0)
    sizes = (IMAGE_SIZE**2, *config.hidden, NUM_CLASSES)
    weights = [
        rng.normal(0, (2 / fan_in) ** 0.5, (fan_in, units)).astype(np.float32)
        for fan_in, units in pairwise(sizes)
    ]
    biases = [np.zeros(units, np.float32) for units in sizes[1:]]
    parameters = [*weights, *biases]
    first, second = ([np.zeros_like(array) for array in parameters] for _ in range(2))
    pixels = data.train_images.reshape(-1, IMAGE_SIZE**2)

    started = time.perf_counter()
    order = rng.permutation(len(pixels))
    for step, start in enumerate(range(0, len(pixels), config.batch_size), 1):
        batch = order[start : start + config.batch_size]
        layers = [pixels[batch].astype(np.float32) / 255]
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            layers.append(np.maximum(layers[-1] @ weight + bias, 0))
        scores = layers[-1] @ weights[-1] + biases[-1]
        error = np.exp(scores - scores.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[np.arange(len(batch)), data.train_labels[batch]] -= 1
        error /= len(batch)
        gradients = [None] * len(parameters)
        for layer in reversed(range(len(weights))):
            gradients[layer] = layers[layer].T @ error
            gradients[len(weights) + layer] = error.sum(axis=0)
            if layer:
                error = (error @ weights[layer].T) * (layers[layer] > 0)
        rate = config.learning_rate * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
        for array, gradient, mean, square in zip(parameters, gradients, first, second, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient**2 - square)
            array -= rate * mean / (np.sqrt(square) + 1e-7)
    return time.perf_counter() - started


def product_flops(config: TrainConfig) -> int:
    """Floating-point operations of the matrix products for one image, forward and backward."""
    shapes = list(pairwise((IMAGE_SIZE**2, *config.hidden, NUM_CLASSES)))
    # Forward, the weights' gradients, and the layers' own gradients except the first layer's.
    return 2 * (3 * sum(a * b for a, b in shapes) - shapes[0][0] * shapes[0][1])


def products_epoch(config: TrainConfig, images: int) -> float:
    """Seconds of TensorFlow for an epoch's matrix products alone."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    count = config.batch_size
    sizes = (IMAGE_SIZE**2, *config.hidden, NUM_CLASSES)

    def matrix(*shape: int) -> tf.Tensor:
        return tf.constant(rng.random(shape, np.float32))

    layers = [matrix(count, units) for units in sizes]
    weights = [matrix(*shape) for shape in pairwise(sizes)]

    def products() -> list[tf.Tensor]:
        forward = [tf.matmul(a, b) for a, b in zip(layers[:-1], weights, strict=True)]
        backward = [tf.matmul(a, b, transpose_a=True) for a, b in pairwise(layers)]
        errors = [
            tf.matmul(a, b, transpose_b=True) for a, b in zip(layers[2:], weights[1:], strict=True)
        ]
        return [*forward, *backward, *errors]

    return repeat(tf.function(products), -(-images // count))


def repeat(operation: Callable[[], object], times: int) -> float:
    """Seconds of `times` calls of an operation, which is traced before."""
    operation()
    started = time.perf_counter()
    for _ in range(times):
        operation()
    return time.perf_counter() - started


if __name__ == "__main__":
    run(main)
