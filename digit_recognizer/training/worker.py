"""Runs trainings and fine-tunings in child processes: start, receive events, stop at any moment.

Knows nothing about Keras and pages. Only the child loads TensorFlow, whose memory is freed when the
child ends; a crash of the child is an exception here.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait
from pathlib import Path

from digit_recognizer.errors import RecognizerError, TensorFlowUnavailable, TrainingFailed
from digit_recognizer.training.config import FineTuning, Task
from digit_recognizer.training.events import LAST_EVENTS, TrainingEvent
from digit_recognizer.training.worker_process import Prepare, prepare_training, serve

TIME_LIMIT = 30 * 60
"""Seconds after which a task is stopped. The slowest recipe of the page takes a few minutes."""
MOST_FINE_TUNINGS = 5
"""Fine-tunings after which a child is replaced, since each leaves some memory behind. Any value
near this serves."""
MEMORY_LIMIT = 3 * 2**30
"""Resident bytes at which a child is stopped; there is no limit where the system has no /proc."""
KILLED = -9
"""Exit code of a process that the system ends when memory runs out."""


class Worker:
    """One child process that warms up and then waits for a task.

    A `reusable` worker can be started again. `prepare` (see worker_process.Prepare) runs in the
    child, which imports it by name. `start` and `poll` belong to one thread at a time; any thread
    may call `stop`.
    """

    def __init__(self, prepare: Prepare | None = None):
        context = multiprocessing.get_context("spawn")
        self._connection, far_end = context.Pipe()
        # Without a lock, which a child that is killed might never let go.
        self._warm = context.RawValue(ctypes.c_bool, False)
        self._process = context.Process(
            target=serve,
            args=(far_end, prepare or prepare_training, self._warm),
            daemon=True,
            name="training",
        )
        with _sigint_blocked():
            self._process.start()
        # The pipe ends with the child only if the parent's copy of its end is closed.
        far_end.close()
        self._reading = threading.Lock()
        self._sender = threading.Thread()
        self._stopped = False
        self._done = False
        self._fine_tunings = 0
        self._deadline = float("inf")

    @property
    def alive(self) -> bool:
        """Whether the child runs and can be started or polled."""
        return not self._stopped and self._process.is_alive()

    @property
    def warm(self) -> bool:
        """Whether the child has warmed up, so that a task begins at once."""
        return self._warm.value

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def reusable(self) -> bool:
        """Whether the worker has done a fine-tuning and has memory for another task."""
        can_go_on = self._done and 0 < self._fine_tunings < MOST_FINE_TUNINGS and self.alive
        return can_go_on and resident_bytes(self.pid) < MEMORY_LIMIT / 2

    def start(self, task: Task) -> None:
        """Do a task as soon as the child is ready; returns at once."""
        self._done = False
        self._fine_tunings = self._fine_tunings + 1 if isinstance(task, FineTuning) else 0
        self._deadline = time.monotonic() + TIME_LIMIT
        # A pipe holds less than a network, and the child reads only when it is ready.
        self._sender = threading.Thread(target=self._send, args=(task,), daemon=True)
        self._sender.start()

    def poll(self, timeout: float) -> TrainingEvent | None:
        """The next event, or None if there is none within `timeout` seconds.

        Nothing follows one of LAST_EVENTS. Raises the errors of the task (TrainingFailed,
        DatasetUnavailable), and TrainingFailed if the child died, was stopped, or exceeded
        TIME_LIMIT or MEMORY_LIMIT.
        """
        with self._reading:
            if self._done:
                return None
            if not self._stopped:
                wait([self._connection, self._process.sentinel], timeout)
            if self._stopped:
                raise TrainingFailed("The training was stopped.")
            message = self._receive()
        if time.monotonic() > self._deadline and not self._done:
            self.stop()
            raise TrainingFailed(
                f"The training took longer than {TIME_LIMIT / 60:g} minutes and was stopped; "
                "choose fewer epochs or a smaller network."
            )
        if not self._done and resident_bytes(self.pid) > MEMORY_LIMIT:
            self.stop()
            raise TrainingFailed(
                f"The training needed more than {MEMORY_LIMIT / 2**30:g} GB of memory and was "
                "stopped; choose a smaller network or smaller batches."
            )
        if isinstance(message, RecognizerError):
            raise message
        return message

    def stop(self) -> None:
        """Kill the child and wait for its end; a second call does nothing."""
        self._stopped = True
        self._process.kill()
        self._process.join()
        if self._sender.ident:
            self._sender.join()  # ends at once, since nobody reads any more
        with self._reading:
            self._connection.close()

    def _send(self, task: Task) -> None:
        with contextlib.suppress(OSError):  # `poll` reports a child that has died
            self._connection.send(task)

    def _receive(self) -> TrainingEvent | RecognizerError | None:
        try:
            if self._connection.poll():
                message = self._connection.recv()
                self._done = isinstance(message, LAST_EVENTS)
                return message
        except (EOFError, OSError):
            self._process.join(1)
        if self._process.is_alive():
            return None
        if self._stopped:
            raise TrainingFailed("The training was stopped.")
        code = self._process.exitcode
        if not self.warm and code != KILLED:
            raise TensorFlowUnavailable(
                f"TensorFlow crashed while it was starting (exit code {code}), so no network can "
                "be trained; the program's log may say why."
            )
        raise TrainingFailed(
            f"The training's process ended unexpectedly (exit code {code}), "
            "perhaps because memory ran out; try again or use a smaller network."
        )


class WorkerPool:
    """Keeps one spare worker warm while no task runs; safe to share between threads."""

    def __init__(self, new_worker: Callable[[], Worker] = Worker):
        self._new_worker = new_worker
        self._lock = threading.Lock()
        self._spare: Worker | None = None
        self._training: set[Worker] = set()
        self._closed = False
        atexit.register(self.close)

    def prepare(self) -> None:
        """Start a spare unless there is one or a task runs; returns at once."""
        with self._lock:
            self._prepare()

    @property
    def warm(self) -> bool:
        """Whether there is a spare that has warmed up."""
        with self._lock:
            return self._spare is not None and self._spare.alive and self._spare.warm

    def take(self) -> Worker:
        """The spare or a new worker, until `release`. Raises TrainingFailed after `close`."""
        with self._lock:
            if self._closed:
                raise TrainingFailed("The program is ending, so it cannot train a network.")
            worker, self._spare = self._spare, None
            if worker is None or not worker.alive:
                worker = self._new_worker()
            self._training.add(worker)
            return worker

    def release(self, worker: Worker) -> None:
        """Take a worker back: a reusable one becomes the spare, any other is stopped."""
        with self._lock:
            if worker.reusable and self._training == {worker} and not (self._spare or self._closed):
                self._training.clear()
                self._spare = worker
                return
        worker.stop()
        with self._lock:
            self._training.discard(worker)
            self._prepare()

    def close(self) -> None:
        """Stop every worker and start no others."""
        with self._lock:
            self._closed = True
            workers = [*self._training, *filter(None, [self._spare])]
            self._training.clear()
            self._spare = None
        for worker in workers:
            worker.stop()
        atexit.unregister(self.close)

    def _prepare(self) -> None:
        idle = not self._closed and not self._training
        if idle and (self._spare is None or not self._spare.alive):
            self._spare = self._new_worker()


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 if the process has ended or the system has no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Processes spawned inside ignore Ctrl+C from their first moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
