"""The line in which tasks wait for a worker, and the way of one task through it.

A task is a training or a fine-tuning. Knows nothing about pages and visitors.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from digit_recognizer.errors import LineFull
from digit_recognizer.training.config import Task
from digit_recognizer.training.events import LAST_EVENTS, BatchProgress, TrainingEvent, Waiting
from digit_recognizer.training.worker import WorkerPool

MAX_WAITING = 16
"""Each waiting task holds one of the server's forty threads; the others answer visitors."""
POLL_SECONDS = 0.2
"""A task notices `stop` and the closing of its generator within this time."""
PROGRESS_SECONDS = 0.15
"""Progress is reported at most this often."""
WAITING_SECONDS = 1.0
"""POLL_SECONDS for a task in line, where each look costs the server as much as an answer."""


class TrainingLine:
    """Lets the first `limit` tasks run, and at most `room` more wait behind them."""

    def __init__(self, pool: WorkerPool, limit: int = 1, room: int = MAX_WAITING):
        self._pool = pool
        self._limit = limit
        self._length = limit + room
        self._lock = threading.Lock()
        self._tickets: list[object] = []

    def run(self, task: Task, stop: threading.Event) -> Iterator[Waiting | TrainingEvent | None]:
        """Do a task in its turn.

        Yields Waiting at once and whenever the place in line changes, then the task's events,
        though not every BatchProgress, and None when there is nothing new for a while. Ends after
        the result, or soon after `stop` is set. Closing the generator leaves the line and frees the
        worker without waiting for it. Raises LineFull, and what `Worker.poll` raises.
        """
        ticket = self._join()
        worker = None
        try:
            told = None
            while told != 0 and not stop.is_set():
                ahead = self._ahead(ticket)
                yield None if ahead == told else Waiting(ahead, self._pool.warm)
                told = ahead
                if ahead:
                    stop.wait(WAITING_SECONDS)
            if stop.is_set():
                return
            worker = self._pool.take()
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
                # Gradio closes generators on its event loop, which must not wait for a child.
                threading.Thread(target=self._pool.release, args=(worker,)).start()
            self._leave(ticket)

    def _join(self) -> object:
        ticket = object()
        with self._lock:
            if len(self._tickets) >= self._length:
                raise LineFull("Too many trainings are waiting; try again in a few minutes.")
            self._tickets.append(ticket)
        return ticket

    def _ahead(self, ticket: object) -> int:
        with self._lock:
            return max(0, self._tickets.index(ticket) - self._limit + 1)

    def _leave(self, ticket: object) -> None:
        with self._lock:
            self._tickets.remove(ticket)
