"""What the sidebar's fields say, as a `TrainConfig`, and back; knows nothing about Gradio."""

from dataclasses import replace

from digit_recognizer.errors import BadConfig
from digit_recognizer.training.config import PRESETS, TrainConfig
from digit_recognizer.ui.language import texts


def fields_of(preset: str) -> tuple[int, str, int, float, bool, int]:
    """The fields that a preset fills in, in the order `read_fields` takes them."""
    config = PRESETS[preset]
    hidden = ", ".join(str(units) for units in config.hidden)
    return (
        config.epochs, hidden, config.batch_size, config.learning_rate, config.augment, config.seed,
    )  # fmt: skip


def read_fields(
    preset: str,
    epochs: float,
    hidden: str,
    batch_size: float,
    learning_rate: float,
    augment: bool,
    seed: float,
) -> TrainConfig:
    """Hyperparameters from untrusted values of the fields.

    The preset supplies what has no field, such as the course of the learning rate. Raises BadConfig
    with a sentence for people.
    """
    if preset not in texts.PRESETS:
        raise BadConfig(f"The recipe is {preset!r}; choose one of {', '.join(texts.PRESETS)}.")
    base = PRESETS[preset]
    config = replace(
        base,
        epochs=_whole(texts.EPOCHS, epochs),
        hidden=_layers(hidden),
        batch_size=_whole(texts.BATCH_SIZE, batch_size),
        learning_rate=float(_number(texts.LEARNING_RATE, learning_rate)),
        augment=bool(augment),
        seed=_whole(texts.SEED, seed),
    )
    if replace(config, epochs=base.epochs, seed=base.seed) != base:
        config = replace(config, preset="custom")
    return config


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadConfig(texts.not_a_number(name))
    return value


def _whole(name: str, value: object) -> float:
    """As an int where it is one; `TrainConfig` refuses what is left."""
    value = _number(name, value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _layers(value: object) -> tuple[int, ...]:
    try:
        return tuple(
            int(units) for units in str(value).replace(";", ",").split(",") if units.strip()
        )
    except ValueError as error:
        raise BadConfig(texts.hidden_not_understood(str(value)[:60])) from error
