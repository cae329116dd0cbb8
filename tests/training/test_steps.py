import numpy as np
import pytest

from digit_recognizer.handwriting.digits import draw_digits, drawing_digits
from digit_recognizer.training.steps import finish


def test_what_is_left_is_done_and_what_comes_of_it_returned():
    done = []

    def steps():
        for step in range(3):
            done.append(step)
            yield
        return "all done"

    task = steps()
    next(task)
    assert done == [0]
    assert finish(task) == "all done"
    assert done == [0, 1, 2]
    assert finish(task) is None


def test_an_error_in_a_step_is_raised():
    def steps():
        yield
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        finish(steps())


def test_digits_are_the_same_whether_drawn_at_once_or_in_steps():
    drawing = drawing_digits(20, np.random.default_rng(5))
    for _ in range(7):
        next(drawing)
    for one, other in zip(finish(drawing), draw_digits(20, np.random.default_rng(5)), strict=True):
        np.testing.assert_array_equal(one, other)
