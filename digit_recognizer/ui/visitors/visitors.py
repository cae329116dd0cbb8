"""All visitors by session, a bounded number of them; knows nothing about Gradio."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Network, Storage, known_accuracy
from digit_recognizer.ui.visitors.visitor import Visitor

MAX_VISITORS = 500
MAX_BYTES = 2**30
"""Most memory of all visitors' networks and tests; above it the least recent are forgotten."""
COUNTING_SECONDS = 1
"""Least time between two counts of that memory, unless a visitor is new."""
IDLE_SECONDS = 3600
"""Visitors who have done nothing for this long, and have no job, are forgotten."""


class Visitors:
    """The visitors by session: a bounded number of them; the idle ones are dropped first."""

    def __init__(
        self,
        recognizer: Recognizer,
        limit: int = MAX_VISITORS,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        max_bytes: int = MAX_BYTES,
    ):
        self._shipped = Network(
            recognizer, texts.built_in(known_accuracy(recognizer.mlp.metadata)), "built-in"
        )
        self._storage = Storage()
        self._max_bytes = max_bytes
        self._limit = limit
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, tuple[Visitor, float]] = OrderedDict()
        self._counted = clock()

    def __len__(self) -> int:
        return len(self._visitors)

    def visit(self, session: str | None) -> Visitor:
        """The visitor of a session, new if unknown; without a session, one that is not kept."""
        if session is None:
            return Visitor(self._shipped, self._storage)
        with self._lock:
            now = self._clock()
            known, _ = self._visitors.pop(session, (None, 0))
            visitor = known or Visitor(self._shipped, self._storage)
            self._visitors[session] = visitor, now
            # Not at every stroke: counting hundreds of visitors' memory takes a millisecond.
            if known is None or now - self._counted >= COUNTING_SECONDS:
                self._counted = now
                self._forget_some(now - self._idle_seconds)
            return visitor

    def leave(self, session: str | None) -> None:
        """Stop the job of a visitor whose tab was closed, and forget the visitor."""
        with self._lock:
            visitor, _ = self._visitors.pop(session, (None, 0))
        if visitor is not None:
            visitor.stop()

    def _forget_some(self, oldest: float) -> None:
        """Drop visitors not seen since `oldest`, and the least recent above the limits.

        Visitors with a job stay.
        """
        too_many = len(self._visitors) - self._limit
        too_much = sum(visitor.bytes for visitor, _ in self._visitors.values())
        too_much -= self._max_bytes
        for session, (visitor, seen) in list(self._visitors.items())[:-1]:
            if too_many <= 0 and too_much <= 0 and seen > oldest:
                break
            if visitor.job is None:
                del self._visitors[session]
                too_many -= 1
                too_much -= visitor.bytes
