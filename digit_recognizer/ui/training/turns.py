"""A task's way through the line and a worker; knows nothing about what is shown of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digit_recognizer.training.events import LAST_EVENTS, BatchProgress, TrainingEvent

if TYPE_CHECKING:
    from digit_recognizer.training.worker import WorkerPool
    from digit_recognizer.training.worker_process import Task
    from digit_recognizer.ui.training.progress import TrainingLine

POLL_SECONDS = 0.2
"""How long Stop and a closed tab may go unnoticed."""
PROGRESS_SECONDS = 0.15
"""Progress is not told more often than this."""
WAITING_SECONDS = 1.0
"""How long a closed tab and a free place may, in the line; each look costs as much as an answer."""


def take_turn(
    task: Task, pool: WorkerPool, line: TrainingLine, ticket: object, stop: threading.Event
) -> Iterator[int | TrainingEvent | None]:
    """Do a task when it is its turn; the caller has joined the line, and leaves it afterwards.

    Yields how many tasks go first, whenever that has changed; then the task's events, though not
    every BatchProgress; and None when there is nothing new for a while. Ends after the result, or
    soon after `stop` was set. Raises what `Worker.poll` raises. Closing it frees the worker without
    waiting for it.
    """
    worker = None
    try:
        told = None
        while (ahead := line.ahead(ticket)) and not stop.wait(WAITING_SECONDS):
            yield None if ahead == told else ahead
            told = ahead
        if stop.is_set():
            return
        worker = pool.take()
        worker.start(task)
        event, progress_told = None, 0.0
        while not (stop.is_set() or isinstance(event, LAST_EVENTS)):
            event = worker.poll(POLL_SECONDS)
            if isinstance(event, BatchProgress):
                if time.monotonic() - progress_told < PROGRESS_SECONDS:
                    yield None
                    continue
                progress_told = time.monotonic()
            yield event
    finally:
        if worker is not None:
            # Gradio closes generators on its event loop, which must not wait for a child to end.
            threading.Thread(target=pool.release, args=(worker,)).start()
