"""Long tasks in steps, between which their caller may turn to something else."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Yields after each step, and returns what comes of them all."""


def finish(steps: Steps[T]) -> T:
    """Do all steps that are left."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
