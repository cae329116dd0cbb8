import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_a_fused_step_is_one_of_keras_adam():
    import keras

    from digit_recognizer.training.keras_mlp import FusedAdam

    generator = np.random.default_rng(0)
    start = generator.normal(size=(5, 3)).astype(np.float32)
    gradients = generator.normal(size=(4, 5, 3)).astype(np.float32)
    ends = []
    for optimizer in (keras.optimizers.Adam(0.01), FusedAdam(0.01)):
        variable = keras.Variable(start)
        for gradient in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        ends.append(variable.numpy())
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-6)
    assert np.abs(ends[0] - start).min() > 0.001


def test_one_cycle_rises_in_its_first_fifth_and_then_falls_to_nothing():
    from digit_recognizer.training.keras_mlp import one_cycle

    schedule = one_cycle(0.5, steps=100)
    rates = [float(schedule(step)) for step in range(101)]
    assert int(np.argmax(rates)) == 20
    assert rates[20] == pytest.approx(0.5)
    assert rates[0] == pytest.approx(0.02)
    assert (np.diff(rates[:21]) > 0).all()
    assert (np.diff(rates[20:]) < 0).all()
    assert rates[100] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("steps", [1, 2])
def test_one_cycle_of_hardly_any_step_is_a_rate(steps):
    from digit_recognizer.training.keras_mlp import one_cycle

    assert all(0 <= float(one_cycle(0.5, steps)(step)) <= 0.5 for step in range(steps))


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
