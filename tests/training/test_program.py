import numpy as np
import pytest

pytestmark = pytest.mark.slow

BATCHES, SIZE = 3, 4


@pytest.fixture(scope="module")
def program():
    from digit_recognizer.training.program import Program

    return Program((5,), 10)


@pytest.fixture
def chunk():
    from digit_recognizer.training.program import Chunk

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCHES, SIZE, 28, 28), np.uint8)
    labels = rng.integers(0, 10, (BATCHES, SIZE), np.uint8)
    return Chunk(images, labels, np.array([0.01, 0.02, 0.03], np.float32), BATCHES)


def fresh_weights():
    import keras

    from digit_recognizer.training.keras_mlp import build_network

    keras.utils.set_random_seed(0)
    return build_network((5,), 10).get_weights()


def train_with_keras(chunk):
    """The same steps, one at a time, by Keras's own `train_on_batch`."""
    import keras

    from digit_recognizer.training.keras_mlp import build_network

    network = build_network((5,), 10)
    network.set_weights(fresh_weights())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.Adam(), loss=loss)
    losses = []
    for images, labels, rate in list(zip(*chunk[:3], strict=True))[: chunk.batches]:
        network.optimizer.learning_rate.assign(rate)
        network.reset_metrics()
        losses.append(float(network.train_on_batch(images / np.float32(255), labels)))
    return np.mean(losses), network.get_weights()


@pytest.mark.parametrize("batches", [BATCHES, BATCHES - 1])
def test_a_chunk_trains_as_keras_does_step_by_step(program, chunk, batches):
    chunk = chunk._replace(batches=batches)
    program.begin(fresh_weights())
    loss, accuracy = program.train(chunk)
    expected, weights = train_with_keras(chunk)
    assert loss == pytest.approx(expected, rel=1e-4)
    assert accuracy * batches * SIZE == pytest.approx(round(accuracy * batches * SIZE))
    for own, other in zip(program.network.get_weights(), weights, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-5)


def test_a_former_training_leaves_no_trace(program, chunk):
    ends = []
    for _ in range(2):
        program.begin(fresh_weights())
        program.train(chunk)
        ends.append(program.network.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_compiling_trains_nothing(program):
    before = fresh_weights()
    program.begin(before)
    program.compile(BATCHES, SIZE)
    for one, other in zip(before, program.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_program_is_kept_for_the_next_training_of_its_shape():
    from digit_recognizer.training.program import program_for

    assert program_for((5,), 10) is program_for((5,), 10)
    assert program_for((5,), 10) is not program_for((6,), 10)


def test_chunks_made_ahead_come_in_order_with_the_makers_error():
    from digit_recognizer.training.program import made_ahead

    def chunks():
        yield 1
        yield 2
        raise OSError("the third")

    came = []
    with pytest.raises(OSError, match="the third"):
        came.extend(made_ahead(chunks()))
    ahead = made_ahead(chunks())
    assert [next(ahead), next(ahead)] == [1, 2]
