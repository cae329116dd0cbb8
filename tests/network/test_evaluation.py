import pickle

import numpy as np
import pytest

from digit_recognizer.network.evaluation import MISTAKES_A_CELL, Evaluation, evaluate
from digit_recognizer.network.mlp import Mlp


def reader_of_the_first_pixel() -> Mlp:
    """Says 1 when the first pixel is inked, the surer the darker it is, and else 0."""
    weight = np.zeros((784, 10), np.float32)
    weight[0, 1] = 4
    bias = np.full(10, -30, np.float32)
    bias[:2] = 1, 0
    return Mlp((weight,), (bias,))


def images_with(*greys: int) -> np.ndarray:
    images = np.zeros((len(greys), 28, 28), np.uint8)
    images[:, 0, 0] = greys
    return images


def test_counts_what_was_read_as_what():
    images = images_with(0, 0, 255, 255, 255)
    evaluation = evaluate(reader_of_the_first_pixel(), images, np.array([0, 7, 1, 1, 0]))
    expected = np.zeros((10, 10), int)
    expected[0, 0], expected[7, 0], expected[1, 1], expected[0, 1] = 1, 1, 2, 1
    np.testing.assert_array_equal(evaluation.confusion, expected)
    assert evaluation.accuracy == pytest.approx(3 / 5)
    assert evaluation.count == 5


def test_a_network_that_always_says_the_same_digit_guesses():
    def evaluation(right):
        return Evaluation(np.diag([right] + [0] * 9) + np.eye(10, k=1, dtype=int) * 10, ())

    assert [evaluation(right).is_guess for right in (0, 11, 22, 23, 900)] == [
        *(True, True, True, False, False)
    ]


def test_the_surest_mistakes_come_first_with_what_was_said():
    images = images_with(150, 255, 200)
    evaluation = evaluate(reader_of_the_first_pixel(), images, np.array([3, 4, 1]))
    assert [(m.label, m.digit, m.image[0, 0]) for m in evaluation.mistakes] == [
        (4, 1, 255),
        (3, 1, 150),
    ]
    surest, other = (m.confidence for m in evaluation.mistakes)
    assert 1 > surest > other > 0.5
    sure_of_255 = reader_of_the_first_pixel().probabilities(images[1:2] / np.float32(255)).max()
    assert surest == pytest.approx(sure_of_255)


def test_the_surest_of_each_confusion_are_kept():
    many = MISTAKES_A_CELL + 10
    images = images_with(*range(200, 200 + many), 150)
    labels = np.array([5] * many + [6])
    evaluation = evaluate(reader_of_the_first_pixel(), images, labels)
    assert evaluation.confusion[5, 1] == many
    kept = [m.image[0, 0] for m in evaluation.mistakes if m.label == 5]
    assert kept == list(range(200 + many - 1, 200 + many - 1 - MISTAKES_A_CELL, -1))
    assert evaluation.mistakes[-1].label == 6


def test_a_mistake_travels_alone_and_not_with_the_whole_data_set():
    images = images_with(255, *[0] * 500)
    evaluation = evaluate(reader_of_the_first_pixel(), images, np.zeros(501, np.uint8))
    assert len(pickle.dumps(evaluation)) < 5000
