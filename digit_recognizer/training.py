"""Trains a network with Keras and reports how it goes; knows nothing about pages and processes.

This module and what it alone imports are the only ones that load TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable

from digit_recognizer.config import TrainConfig
from digit_recognizer.dataset import Dataset
from digit_recognizer.events import TrainingEvent, TrainingResult


def train(
    config: TrainConfig, data: Dataset, report: Callable[[TrainingEvent], None]
) -> TrainingResult:
    """Train a network; `report` receives every event, the TrainingResult last, which is returned."""
    raise NotImplementedError
