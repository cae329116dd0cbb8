import pytest

from digit_recognizer.errors import BadConfig
from digit_recognizer.training.config import PAGE_PRESETS, PRESETS
from digit_recognizer.ui.training.fields import fields_of, read_fields

FIELDS = dict(
    preset="robust", epochs=3, hidden="64", batch_size=32, learning_rate=0.001, augment=False,
    seed=1,
)  # fmt: skip


@pytest.mark.parametrize("preset", PAGE_PRESETS)
def test_the_fields_a_preset_fills_in_are_that_preset(preset):
    assert read_fields(preset, *fields_of(preset)) == PRESETS[preset]


@pytest.mark.parametrize("preset", PAGE_PRESETS)
def test_other_epochs_and_seeds_do_not_make_it_another_recipe(preset):
    _, *rest, _ = fields_of(preset)
    assert read_fields(preset, 3, *rest, 5).preset == preset


def test_other_hyperparameters_make_it_custom_but_keep_the_schedule():
    config = read_fields(**FIELDS)
    assert config.preset == "custom"
    assert config.schedule == PRESETS["robust"].schedule
    assert config.hidden == (64,)


def test_whole_numbers_may_come_as_floats():
    config = read_fields(**FIELDS | {"epochs": 4.0, "batch_size": 64.0, "seed": 2.0})
    assert (config.epochs, config.batch_size, config.seed) == (4, 64, 2)
    assert type(config.epochs) is int


@pytest.mark.parametrize(
    ("text", "hidden"), [("128", (128,)), (" 256 , 128 ", (256, 128)), ("64;32,", (64, 32))]
)
def test_hidden_layers_are_read_generously(text, hidden):
    assert read_fields(**FIELDS | {"hidden": text}).hidden == hidden


@pytest.mark.parametrize(
    "wrong",
    [
        {"preset": "shipped"},
        {"preset": None},
        {"epochs": 1000},
        {"epochs": 2.5},
        {"epochs": None},
        {"epochs": "many"},
        {"epochs": float("nan")},
        {"hidden": ""},
        {"hidden": "128, wide"},
        {"hidden": "20000"},
        {"hidden": None},
        {"hidden": "1," * 100},
        {"batch_size": 0},
        {"batch_size": True},
        {"learning_rate": 10},
        {"learning_rate": float("inf")},
        {"learning_rate": None},
        {"seed": -1},
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(wrong):
    with pytest.raises(BadConfig) as error:
        read_fields(**FIELDS | wrong)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 200
