"""The fields of the sidebar: a recipe and the hyperparameters that it fills in."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import gradio as gr

from digit_recognizer.errors import BadConfig
from digit_recognizer.training.config import (
    DEFAULT_PRESET,
    EPOCHS_RANGE,
    PAGE_PRESETS,
    PRESETS,
    TrainConfig,
)
from digit_recognizer.ui.language import texts

MAX_EPOCHS = 50
"""Most epochs of a training on the page."""


MEASURED_SECONDS = {"tutorial": 12.0, "quick": 4.0, "robust": 33.0}
"""What a recipe's training takes on two cores, as `train.py --preset NAME` prints it."""


class Fields:
    """The recipe, the epochs, and the other hyperparameters in an accordion."""

    def __init__(self):
        self._seconds = dict(MEASURED_SECONDS)
        default = PRESETS[DEFAULT_PRESET]
        self.preset = gr.Radio(
            [(texts.PRESETS[name], name) for name in PAGE_PRESETS],
            value=DEFAULT_PRESET,
            label=texts.PRESET,
            info=texts.PRESET_INFO,
            elem_id="preset",
        )
        self.times = gr.HTML(self._render_times(), elem_id="times", apply_default_css=False)
        self.epochs = gr.Slider(
            EPOCHS_RANGE[0],
            MAX_EPOCHS,
            default.epochs,
            step=1,
            label=texts.EPOCHS,
            info=texts.EPOCHS_INFO,
            buttons=[],
            elem_id="epochs",
        )
        with gr.Accordion(texts.SETTINGS, open=False, elem_id="settings"):
            self.hidden = gr.Textbox(
                _as_text(default.hidden),
                label=texts.HIDDEN,
                info=texts.HIDDEN_INFO,
                elem_id="hidden-layers",
            )
            self.batch_size = gr.Number(
                default.batch_size, label=texts.BATCH_SIZE, elem_id="batch-size"
            )
            self.learning_rate = gr.Number(
                default.learning_rate,
                label=texts.LEARNING_RATE,
                step=0.0005,
                elem_id="learning-rate",
            )
            self.augment = gr.Checkbox(
                default.augment, label=texts.DISTORTION, elem_id="distortion"
            )
        # Rendered by the sidebar, among what few people need.
        self.seed = gr.Number(default.seed, label=texts.SEED, elem_id="seed", render=False)
        values = {preset: self.filled_in(preset) for preset in PAGE_PRESETS}
        table = json.dumps({preset: list(filled.values()) for preset, filled in values.items()})
        # In the browser, so that a late answer from the server cannot overwrite typed values.
        self.preset.input(
            None, self.preset, list(values[DEFAULT_PRESET]), js=f"(preset) => ({table})[preset]"
        )

    def took(self, config: TrainConfig, seconds: float) -> None:
        """Remember how long a training took here; one of a recipe of its own does not count."""
        if config.preset in self._seconds:
            self._seconds[config.preset] = seconds / config.epochs * PRESETS[config.preset].epochs

    def tell_times(self) -> dict:
        """How long each recipe takes, as its last training here took."""
        return {self.times: self._render_times()}

    def _render_times(self) -> str:
        times = texts.SEPARATOR.join(
            texts.recipe_takes(texts.PRESETS[preset], seconds)
            for preset, seconds in self._seconds.items()
        )
        return f"<p>{html.escape(times)}</p>"

    def from_address(self, query: Mapping[str, str]) -> tuple[dict, list[str]]:
        """What the page's address sets, `?preset=quick&epochs=3`, and what of it cannot be.

        Returns the values of fields, and a sentence for each value that a field does not take.
        """
        preset, epochs = query.get("preset"), query.get("epochs")
        values, problems = {}, []
        if preset in PAGE_PRESETS:
            values = {self.preset: preset, **self.filled_in(preset)}
        elif preset is not None:
            problems.append(texts.not_from_address(texts.PRESET, preset[:20]))
        if epochs is None:
            return values, problems
        if epochs in map(str, range(EPOCHS_RANGE[0], MAX_EPOCHS + 1)):
            values[self.epochs] = int(epochs)
        else:
            problems.append(texts.not_from_address(texts.EPOCHS, epochs[:20]))
        return values, problems

    @property
    def inputs(self) -> set[gr.components.Component]:
        """All fields, for an event whose handler hands their values to `read`."""
        return {self.preset, *self.filled_in(DEFAULT_PRESET)}

    def read(self, values: Mapping[gr.components.Component, object]) -> TrainConfig:
        """The hyperparameters in the untrusted values of the fields.

        The recipe supplies the other hyperparameters. Raises BadConfig with a sentence for people.
        """
        preset = values[self.preset]
        if preset not in PAGE_PRESETS:
            raise BadConfig(f"The recipe is {preset!r}; choose one of {', '.join(PAGE_PRESETS)}.")
        base = PRESETS[preset]
        config = replace(
            base,
            epochs=_whole(texts.EPOCHS, values[self.epochs]),
            hidden=_layers(values[self.hidden]),
            batch_size=_whole(texts.BATCH_SIZE, values[self.batch_size]),
            learning_rate=float(_number(texts.LEARNING_RATE, values[self.learning_rate])),
            augment=bool(values[self.augment]),
            seed=_whole(texts.SEED, values[self.seed]),
        )
        if replace(config, epochs=base.epochs, seed=base.seed) != base:
            config = replace(config, preset="custom")
        return config

    def filled_in(self, preset: str) -> dict[gr.components.Component, object]:
        """The values that a recipe fills in."""
        config = PRESETS[preset]
        return {
            self.epochs: config.epochs,
            self.hidden: _as_text(config.hidden),
            self.batch_size: config.batch_size,
            self.learning_rate: config.learning_rate,
            self.augment: config.augment,
            self.seed: config.seed,
        }


def _as_text(hidden: tuple[int, ...]) -> str:
    return ", ".join(map(str, hidden))


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadConfig(texts.not_a_number(name))
    return value


def _whole(name: str, value: object) -> float:
    """Turns 3.0 into 3; `TrainConfig` rejects fractions."""
    value = _number(name, value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


_SEPARATORS = re.compile("[,;，；、،]")
"""Commas and semicolons of several languages' keyboards."""


def _layers(value: object) -> tuple[int, ...]:
    try:
        return tuple(int(units) for units in _SEPARATORS.split(str(value)) if units.strip())
    except ValueError as error:
        raise BadConfig(texts.hidden_not_understood(str(value)[:60])) from error
