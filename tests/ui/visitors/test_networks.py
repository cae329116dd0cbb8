import gc
from itertools import pairwise

import numpy as np
import pytest

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.ui.visitors.networks import CompactMlp, Storage, known_accuracy


def network(hidden: int = 16, scale: float = 0.1) -> Mlp:
    generator = np.random.default_rng(hidden)
    sizes = (784, hidden, 10)
    return Mlp(
        tuple(generator.normal(0, scale, shape).astype(np.float32) for shape in pairwise(sizes)),
        tuple(generator.normal(0, scale, size).astype(np.float32) for size in sizes[1:]),
        temperature=1.5,
        threshold=0.25,
    )


SIZE = CompactMlp.of(network()).bytes


def test_a_compact_network_is_half_as_large_and_answers_alike():
    mlp = network()
    compact = CompactMlp.of(mlp)
    assert compact.bytes * 2 == sum(array.nbytes for array in (*mlp.weights, *mlp.biases))
    pixels = np.random.default_rng(0).random((20, 784), np.float32)
    for before, after in zip(mlp.answer(pixels), compact.mlp().answer(pixels), strict=True):
        np.testing.assert_allclose(after, before, atol=0.01)
    assert (compact.mlp().temperature, compact.mlp().threshold) == (1.5, 0.25)


def test_weights_beyond_half_precision_stay_finite():
    assert CompactMlp.of(network(scale=1e6)).mlp().weights[0].max() == 65504


def test_a_shelf_gives_back_its_epochs():
    shelf = Storage().new_shelf()
    shelf.put(1, network(8))
    shelf.put(2, network(9))
    assert shelf.epochs == [1, 2]
    assert (shelf.get(1).hidden, shelf.get(2).hidden) == ((8,), (9,))
    assert shelf.get(3) is None


def test_a_full_shelf_drops_its_oldest_epochs():
    storage = Storage(bytes_a_shelf=3 * SIZE)
    shelf, other = storage.new_shelf(), storage.new_shelf()
    other.put(1, network())
    for epoch in range(1, 6):
        shelf.put(epoch, network())
    assert shelf.epochs == [3, 4, 5]
    assert other.epochs == [1]


def test_an_epoch_that_is_replaced_counts_once():
    storage = Storage(bytes_a_shelf=3 * SIZE)
    shelf = storage.new_shelf()
    for _ in range(5):
        shelf.put(1, network())
    assert storage.bytes == SIZE


def test_a_full_storage_drops_the_oldest_of_all_shelves():
    storage = Storage(bytes_in_all=3 * SIZE)
    first, second = storage.new_shelf(), storage.new_shelf()
    first.put(1, network())
    second.put(1, network())
    first.put(2, network())
    second.put(2, network())
    assert (first.epochs, second.epochs) == ([2], [1, 2])
    first.put(3, network())
    assert (first.epochs, second.epochs) == ([2, 3], [2])
    assert storage.bytes == 3 * SIZE


@pytest.fixture
def only_new_garbage():
    """Keeps the collector from looking through all of TensorFlow, where that is loaded."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("only_new_garbage")
@pytest.mark.parametrize("how", ["cleared", "gone"])
def test_what_nobody_keeps_makes_room(how):
    storage = Storage(bytes_in_all=2 * SIZE)
    former, shelf = storage.new_shelf(), storage.new_shelf()
    former.put(1, network())
    if how == "cleared":
        former.clear()
    else:
        del former
        gc.collect()
    shelf.put(1, network())
    shelf.put(2, network())
    assert shelf.epochs == [1, 2]
    assert storage.bytes == 2 * SIZE


@pytest.mark.parametrize(
    ("metadata", "accuracy"),
    [
        ({"test_accuracy": 0.9938}, 0.9938),
        ({}, None),
        ({"test_accuracy": "good"}, None),
        ({"test_accuracy": 99.38}, None),
        ({"test_accuracy": float("nan")}, None),
        ({"test_accuracy": None}, None),
    ],
)
def test_only_a_plausible_figure_of_the_built_in_network_is_believed(metadata, accuracy):
    assert known_accuracy(metadata) == accuracy
