import math
from dataclasses import FrozenInstanceError, replace

import pytest

from digit_recognizer.errors import BadConfig
from digit_recognizer.training.config import DEFAULT_PRESET, PAGE_PRESETS, PRESETS, TrainConfig


def test_the_tutorial_preset_is_the_tutorial():
    tutorial = PRESETS["tutorial"]
    assert tutorial.hidden == (128,)
    assert tutorial.learning_rate == 1e-3
    assert (tutorial.batch_size, tutorial.epochs) == (32, 10)
    assert not tutorial.augment
    assert tutorial.schedule == "constant"


def test_presets_know_their_names():
    assert {name: preset.preset for name, preset in PRESETS.items()} == {
        name: name for name in ("tutorial", "quick", "robust", "shipped")
    }


def test_the_page_offers_its_default_and_not_the_long_training():
    assert DEFAULT_PRESET in PAGE_PRESETS
    assert set(PAGE_PRESETS) == set(PRESETS) - {"shipped"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"epochs": 0}, "epochs is 0; it must be between 1 and 200"),
        ({"epochs": 1_000}, "between 1 and 200"),
        ({"epochs": 2.5}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"epochs": "3"}, "epochs"),
        ({"epochs": None}, "epochs"),
        ({"batch_size": 4}, "batch size is 4"),
        ({"batch_size": 10_000}, "batch size"),
        ({"learning_rate": 10.0}, r"learning rate is 10.0; it must be between 1e-06 and 0\.1"),
        ({"learning_rate": -1e-3}, "learning rate"),
        ({"learning_rate": math.nan}, "learning rate"),
        ({"learning_rate": math.inf}, "learning rate"),
        ({"seed": -1}, "seed"),
        ({"hidden": ()}, "number of hidden layers is 0"),
        ({"hidden": (8,) * 7}, "number of hidden layers is 7"),
        ({"hidden": (20_000,)}, "units in a hidden layer is 20000"),
        ({"hidden": (10**500,)}, "units in a hidden layer is 100000"),
        ({"learning_rate": 10**500}, "learning rate is 1000"),
        ({"hidden": (64, 0)}, "units in a hidden layer is 0"),
        ({"schedule": "cosine"}, "'constant' or 'one-cycle'"),
    ],
)
def test_what_cannot_work_is_refused_with_the_allowed_range(changes, said):
    with pytest.raises(BadConfig, match=said):
        replace(TrainConfig(), **changes)


def test_the_ends_of_the_ranges_are_allowed():
    TrainConfig(hidden=(1,), epochs=1, batch_size=8, learning_rate=1e-6, seed=0)
    TrainConfig(hidden=(2048, 2048), epochs=200, batch_size=4096, learning_rate=0.1, seed=2**31 - 1)


def test_parameters_are_those_of_the_network():
    assert TrainConfig(hidden=(128,)).parameters == 784 * 128 + 128 + 128 * 10 + 10
    assert TrainConfig(hidden=(32, 16), generated=0.2).parameters == sum(
        (784 * 32 + 32, 32 * 16 + 16, 16 * 11 + 11)
    )


def test_a_network_of_too_many_parameters_is_refused_with_the_limit():
    with pytest.raises(BadConfig, match=r"2048, 2048, 2048 .* 10,020,874 .* at most 8,000,000"):
        TrainConfig(hidden=(2048, 2048, 2048))


def test_a_config_is_frozen_and_can_be_a_key():
    with pytest.raises(FrozenInstanceError):
        TrainConfig().epochs = 3
    assert len({TrainConfig(), TrainConfig(), PRESETS["quick"]}) == 2
