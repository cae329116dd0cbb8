import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_one_cycle_rises_in_its_first_fifth_and_then_falls_to_nothing():
    from digit_recognizer.training.keras_mlp import one_cycle

    rates = one_cycle(0.5, steps=100)
    assert len(rates) == 100
    assert int(np.argmax(rates)) == 20
    assert rates[20] == pytest.approx(0.5)
    assert rates[0] == pytest.approx(0.02)
    assert (np.diff(rates[:21]) > 0).all()
    assert (np.diff(rates[20:]) < 0).all()
    assert 0 < rates[99] < 0.001


@pytest.mark.parametrize("steps", [1, 2])
def test_one_cycle_of_hardly_any_step_is_a_rate(steps):
    from digit_recognizer.training.keras_mlp import one_cycle

    rates = one_cycle(0.5, steps)
    assert len(rates) == steps
    assert ((rates > 0) & (rates <= 0.5)).all()


@pytest.mark.parametrize("outputs", [10, 11])
def test_a_network_comes_back_from_keras_as_it_went(outputs):
    from digit_recognizer.network.mlp import Mlp
    from digit_recognizer.training.keras_mlp import to_keras, to_mlp

    generator = np.random.default_rng(0)
    mlp = Mlp(
        tuple(generator.random(shape, np.float32) for shape in ((784, 6), (6, outputs))),
        tuple(generator.random(size, np.float32) for size in (6, outputs)),
    )
    again = to_mlp(to_keras(mlp))
    for one, other in zip(
        (*mlp.weights, *mlp.biases), (*again.weights, *again.biases), strict=True
    ):
        np.testing.assert_array_equal(one, other)
