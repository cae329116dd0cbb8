import gradio as gr
import pytest

from digit_recognizer.errors import BadConfig
from digit_recognizer.training.config import DEFAULT_PRESET, PAGE_PRESETS, PRESETS, TrainConfig
from digit_recognizer.ui.training.fields import Fields

VALUES = dict(
    preset="robust", epochs=3, hidden="64", batch_size=32, learning_rate=0.001, augment=False,
    seed=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def fields():
    with gr.Blocks():
        return Fields()


def read(fields: Fields, **values) -> TrainConfig:
    return fields.read({getattr(fields, name): value for name, value in values.items()})


def test_the_fields_begin_with_the_default_recipe(fields):
    assert fields.read({field: field.value for field in fields.inputs}) == PRESETS[DEFAULT_PRESET]


@pytest.mark.parametrize("preset", PAGE_PRESETS)
def test_the_fields_a_recipe_fills_in_are_that_recipe(fields, preset):
    assert fields.read({fields.preset: preset, **fields.filled_in(preset)}) == PRESETS[preset]


@pytest.mark.parametrize("preset", PAGE_PRESETS)
def test_other_epochs_and_seeds_do_not_make_it_another_recipe(fields, preset):
    values = {fields.preset: preset, **fields.filled_in(preset), fields.epochs: 3, fields.seed: 5}
    assert fields.read(values).preset == preset


def test_other_hyperparameters_make_it_custom_but_keep_the_schedule(fields):
    config = read(fields, **VALUES)
    assert config.preset == "custom"
    assert config.schedule == PRESETS["robust"].schedule
    assert config.hidden == (64,)


def test_whole_numbers_may_come_as_floats(fields):
    config = read(fields, **VALUES | {"epochs": 4.0, "batch_size": 64.0, "seed": 2.0})
    assert (config.epochs, config.batch_size, config.seed) == (4, 64, 2)
    assert type(config.epochs) is int


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("128", (128,)),
        (" 256 , 128 ", (256, 128)),
        ("64;32,", (64, 32)),
        ("256，128", (256, 128)),
        ("256、128", (256, 128)),
        ("２５６；128", (256, 128)),
    ],
)
def test_hidden_layers_are_read_generously(fields, text, hidden):
    assert read(fields, **VALUES | {"hidden": text}).hidden == hidden


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
        {"hidden": "9" * 500},
        {"hidden": "9" * 5000},
        {"batch_size": 10**500},
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
def test_what_cannot_work_is_refused_with_a_sentence(fields, wrong):
    with pytest.raises(BadConfig) as error:
        read(fields, **VALUES | wrong)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 200
