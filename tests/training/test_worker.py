import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from digit_recognizer.errors import DatasetUnavailable, TensorFlowUnavailable, TrainingFailed
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training import load, worker_process
from digit_recognizer.training import worker as worker_module
from digit_recognizer.training.config import DATA_VARIABLE, FineTuning, TrainConfig
from digit_recognizer.training.events import (
    BatchProgress,
    EpochResult,
    FineTuningResult,
    TrainingResult,
)
from digit_recognizer.training.worker import MOST_FINE_TUNINGS, Worker, WorkerPool, resident_bytes
from digit_recognizer.training.worker_process import NICENESS

ROOT = Path(__file__).parents[2]
PATIENCE = 180
"""Seconds that a test waits for what must happen; none waits that long when all is well."""


# What follows runs in the child instead of TensorFlow; each function is imported there by name.
def prepare_counter():
    """Reports a number of batches without end."""

    def train(config, report):
        batch = 0
        while True:
            batch += 1
            report(BatchProgress(1, config.epochs, batch, config.batch_size))
            time.sleep(0.01)

    return train, iter(())


def prepare_three_events():
    def train(config, report):
        report(BatchProgress(1, 1, 1, 1))
        report(BatchProgress(1, 1, os.nice(0), config.seed))
        report(TrainingResult(None, 1.0, None))

    return train, iter(())


def prepare_large_events():
    """More than a pipe holds, all reported before anybody reads."""

    def train(config, report):
        for batch in range(20):
            report(TrainingFailed("x" * 100_000 + str(batch)))
        (Path(os.environ["WORKER_TEST_FOLDER"]) / "trained").touch()

    return train, iter(())


def prepare_slow_fine_tuning():
    """Gets ready late, and sends back what it was to teach."""
    time.sleep(1)

    def train(task, report):
        report(FineTuningResult(task.mlp, 0.0, 0.0, float(task.labels.sum()), len(task.pixels)))

    return train, iter(())


def prepare_fine_tunings():
    """Counts, as long as there is no task, and reports how far it came."""
    counted = itertools.count()

    def train(task, report):
        if isinstance(task, FineTuning):
            report(FineTuningResult(task.mlp, 0.0, 0.0, float(next(counted)), len(task.pixels)))
        else:
            report(TrainingResult(None, 1.0, None))

    return train, iter(lambda: lambda: next(counted), None)


def prepare_bug_in_a_preparation():
    def train(config, report):
        report(TrainingResult(None, 1.0, None))

    return train, iter([lambda: 1 / 0])


def prepare_failure():
    def train(config, report):
        raise TrainingFailed("The loss stopped being a number.")

    return train, iter(())


def prepare_no_data():
    def train(config, report):
        raise DatasetUnavailable("MNIST is nowhere.")

    return train, iter(())


def prepare_bug():
    raise ZeroDivisionError


def prepare_without_tensorflow():
    sys.modules["keras"] = sys.modules["tensorflow"] = None
    load()


def prepare_on_a_broken_library():
    os.kill(os.getpid(), signal.SIGSEGV)


def prepare_crash():
    def train(config, report):
        os.kill(os.getpid(), signal.SIGSEGV)

    return train, iter(())


def prepare_silence():
    def train(config, report):
        threading.Event().wait()

    return train, iter(())


def prepare_glutton():
    """Holds 100 MB more with each event."""

    def train(config, report):
        held = []
        while True:
            held.append(b"x" * 100 * 2**20)
            report(BatchProgress(1, 1, len(held), 1000))
            time.sleep(0.05)

    return train, iter(())


@pytest.fixture
def new_worker():
    """Makes workers and sees to it that none is left."""
    workers = []

    def make(prepare) -> Worker:
        workers.append(Worker(prepare))
        return workers[-1]

    yield make
    for worker in workers:
        worker.stop()


@pytest.fixture
def pool():
    """A pool whose workers train nothing; `pool.made` lists them."""
    made = []

    def make() -> Worker:
        made.append(Worker(prepare_counter))
        return made[-1]

    pool = WorkerPool(make)
    pool.made = made
    yield pool
    pool.close()


def next_event(worker: Worker):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (event := worker.poll(1)) is not None:
            return event
    pytest.fail("no event")


def drain(worker: Worker):
    while True:
        worker.poll(PATIENCE)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def test_events_arrive_in_order_and_the_result_is_the_last(new_worker):
    worker = new_worker(prepare_three_events)
    worker.start(TrainConfig(seed=5))
    assert next_event(worker) == BatchProgress(1, 1, 1, 1)
    assert next_event(worker).batches == 5
    assert next_event(worker) == TrainingResult(None, 1.0, None)
    assert worker.poll(0.5) is None


def test_a_worker_and_its_pool_tell_when_it_has_warmed_up(new_worker):
    pool = WorkerPool(lambda: new_worker(prepare_three_events))
    assert not pool.warm
    pool.prepare()
    assert not pool.warm
    deadline = time.monotonic() + PATIENCE
    while not pool.warm:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker = pool.take()
    assert worker.warm
    assert not pool.warm
    pool.close()


def new_fine_tuning(units: int) -> FineTuning:
    """Two drawings for a network of so many hidden units; 1000 are more than a pipe holds."""
    weights = np.full((784, units), 0.5, np.float32), np.zeros((units, 10), np.float32)
    mlp = Mlp(weights, (np.zeros(units, np.float32), np.zeros(10, np.float32)))
    return FineTuning(mlp, np.zeros((2, 28, 28), np.float32), np.array([3, 4], np.uint8))


def test_a_large_network_goes_to_a_child_that_is_not_ready_and_comes_back(new_worker):
    worker, task = new_worker(prepare_slow_fine_tuning), new_fine_tuning(units=1000)
    worker.start(task)
    assert worker.poll(0) is None  # the start has not waited for the child to read
    result = next_event(worker)
    np.testing.assert_array_equal(result.mlp.weights[0], task.mlp.weights[0])
    assert (result.after, result.count) == (7, 2)
    assert worker.poll(0.2) is None


def test_a_child_gets_readier_until_a_task_comes_and_after_a_fine_tuning(new_worker):
    worker, counts = new_worker(prepare_fine_tunings), []
    assert not worker.reusable
    for number in range(1, MOST_FINE_TUNINGS + 1):
        time.sleep(0.1)
        worker.start(new_fine_tuning(units=1))
        counts.append(next_event(worker).after)
        assert worker.poll(0) is None
        assert worker.reusable == (number < MOST_FINE_TUNINGS)
    assert all(np.diff(counts) > 2)  # between two tasks it has counted on


def test_a_child_that_has_taught_can_train(new_worker):
    worker = new_worker(prepare_fine_tunings)
    worker.start(new_fine_tuning(units=1))
    assert isinstance(next_event(worker), FineTuningResult)
    worker.start(TrainConfig())
    assert isinstance(next_event(worker), TrainingResult)
    assert not worker.reusable


def test_a_child_that_cannot_get_readier_does_its_task_all_the_same(new_worker):
    worker = new_worker(prepare_bug_in_a_preparation)
    worker.start(TrainConfig())
    assert isinstance(next_event(worker), TrainingResult)


def test_a_child_that_holds_much_memory_is_not_reusable(new_worker, monkeypatch):
    worker = new_worker(prepare_fine_tunings)
    worker.start(new_fine_tuning(units=1))
    next_event(worker)
    assert worker.reusable
    monkeypatch.setattr(worker_module, "MEMORY_LIMIT", resident_bytes(worker.pid))
    assert not worker.reusable


def test_a_child_that_was_killed_after_a_fine_tuning_is_not_reusable(new_worker):
    worker = new_worker(prepare_fine_tunings)
    worker.start(new_fine_tuning(units=1))
    next_event(worker)
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: not worker.alive)
    assert not worker.reusable


def test_a_child_is_stopped_while_it_is_sent_a_large_network(new_worker):
    worker = new_worker(prepare_slow_fine_tuning)
    worker.start(new_fine_tuning(units=1000))
    worker.stop()
    with pytest.raises(TrainingFailed, match="stopped"):
        worker.poll(0)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="priorities are a POSIX matter")
def test_the_child_has_a_lower_priority(new_worker):
    worker = new_worker(prepare_three_events)
    worker.start(TrainConfig())
    next_event(worker)
    assert next_event(worker).batch == min(19, os.nice(0) + NICENESS)


def test_polling_a_worker_that_was_not_started_yields_nothing(new_worker):
    assert new_worker(prepare_counter).poll(0.01) is None


def test_a_parent_that_is_slow_to_read_does_not_delay_the_training(
    new_worker, tmp_path, monkeypatch
):
    monkeypatch.setenv("WORKER_TEST_FOLDER", str(tmp_path))
    worker = new_worker(prepare_large_events)
    worker.start(TrainConfig())
    wait_until((tmp_path / "trained").exists)
    for batch in range(20):
        with pytest.raises(TrainingFailed, match=f"x{batch}$"):
            next_event(worker)


def test_stop_ends_the_child_in_the_middle_of_a_training(new_worker):
    worker = new_worker(prepare_counter)
    worker.start(TrainConfig())
    next_event(worker)
    worker.stop()
    assert not is_running(worker.pid)
    assert not worker.alive
    with pytest.raises(TrainingFailed, match="stopped"):
        worker.poll(0)
    worker.stop()


def test_stop_wakes_a_poll_of_another_thread(new_worker):
    worker = new_worker(prepare_silence)
    worker.start(TrainConfig())
    outcome = []

    def poll():
        try:
            outcome.append(worker.poll(PATIENCE))
        except TrainingFailed as error:
            outcome.append(str(error))

    thread = threading.Thread(target=poll)
    thread.start()
    time.sleep(0.1)
    worker.stop()
    thread.join(PATIENCE / 2)
    assert outcome == ["The training was stopped."]


def test_a_killed_child_is_noticed(new_worker):
    worker = new_worker(prepare_counter)
    worker.start(TrainConfig())
    next_event(worker)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(TrainingFailed, match=r"unexpectedly \(exit code -9\)"):
        drain(worker)
    assert not worker.alive


def test_a_child_that_died_before_the_start_is_noticed(new_worker):
    worker = new_worker(prepare_counter)
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: not worker.alive)
    worker.start(TrainConfig())
    with pytest.raises(TrainingFailed, match="unexpectedly"):
        worker.poll(PATIENCE)


def test_a_crash_in_native_code_is_noticed(new_worker):
    worker = new_worker(prepare_crash)
    worker.start(TrainConfig())
    with pytest.raises(TrainingFailed, match="unexpectedly"):
        next_event(worker)


@pytest.mark.parametrize(
    ("prepare", "error", "message"),
    [
        (prepare_failure, TrainingFailed, "The loss stopped being a number."),
        (prepare_no_data, DatasetUnavailable, "MNIST is nowhere."),
        (prepare_bug, TrainingFailed, "unexpectedly .ZeroDivisionError."),
        (prepare_without_tensorflow, TensorFlowUnavailable, "not installed.* pip install"),
        (prepare_on_a_broken_library, TensorFlowUnavailable, r"starting \(exit code -11\)"),
    ],
)
def test_an_error_in_the_child_is_raised_here(new_worker, prepare, error, message):
    worker = new_worker(prepare)
    worker.start(TrainConfig())
    with pytest.raises(error, match=message):
        next_event(worker)


def test_a_training_that_hangs_is_given_up(new_worker, monkeypatch):
    monkeypatch.setattr(worker_module, "TIME_LIMIT", 0.2)
    worker = new_worker(prepare_silence)
    worker.start(TrainConfig())
    with pytest.raises(TrainingFailed, match="took longer"):
        next_event(worker)
    assert not is_running(worker.pid)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc")
def test_a_training_that_takes_too_much_memory_is_given_up(new_worker, monkeypatch):
    monkeypatch.setattr(worker_module, "MEMORY_LIMIT", 2**29)
    worker = new_worker(prepare_glutton)
    worker.start(TrainConfig())
    assert next_event(worker) is not None
    with pytest.raises(TrainingFailed, match=r"more than 0\.5 GB of memory"):
        drain(worker)
    assert not is_running(worker.pid)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc")
def test_memory_is_that_of_the_process():
    held = b"x" * 2**25
    assert len(held) < resident_bytes(os.getpid()) < 2**36
    assert resident_bytes(2**30) == 0


def test_ctrl_c_in_the_terminal_is_left_to_the_parent(new_worker):
    worker = new_worker(prepare_counter)
    os.kill(worker.pid, signal.SIGINT)
    worker.start(TrainConfig())
    next_event(worker)
    os.kill(worker.pid, signal.SIGINT)
    first = next_event(worker).batch
    assert next_event(worker).batch > first


@pytest.mark.parametrize("started", [False, True])
def test_the_child_ends_when_its_parent_is_killed(started):
    script = textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from tests.training.test_worker import prepare_counter
        from digit_recognizer.training.config import TrainConfig
        from digit_recognizer.training.worker import Worker
        worker = Worker(prepare_counter)
        if {started}:
            worker.start(TrainConfig())
            while worker.poll(1) is None: pass
        print(worker.pid, flush=True)
        time.sleep(600)
        """)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid))


def test_a_pool_prepares_one_spare_and_hands_it_out(pool):
    pool.prepare()
    pool.prepare()
    assert len(pool.made) == 1
    assert pool.take() is pool.made[0]


def test_a_pool_without_a_spare_makes_a_worker(pool):
    assert pool.take().alive


def test_no_spare_is_made_beside_a_training(pool):
    pool.take()
    pool.prepare()
    assert len(pool.made) == 1


def test_releasing_stops_the_worker_and_makes_a_spare(pool):
    worker = pool.take()
    pool.release(worker)
    assert not is_running(worker.pid)
    assert pool.take() is pool.made[1]


def test_releasing_one_of_two_makes_no_spare(pool):
    first, second = pool.take(), pool.take()
    pool.release(first)
    assert len(pool.made) == 2
    pool.release(second)
    assert len(pool.made) == 3


def test_a_worker_that_has_taught_is_the_next_spare(new_worker):
    pool = WorkerPool(lambda: new_worker(prepare_fine_tunings))
    taught, other = pool.take(), pool.take()
    for worker in (taught, other):
        worker.start(new_fine_tuning(units=1))
        next_event(worker)
    pool.release(other)  # no spare beside a training
    assert not other.alive
    pool.release(taught)
    assert pool.take() is taught
    pool.close()
    assert not taught.alive


def test_a_spare_that_died_is_replaced(pool):
    pool.prepare()
    os.kill(pool.made[0].pid, signal.SIGKILL)
    wait_until(lambda: not pool.made[0].alive)
    assert pool.take().alive


def test_a_closed_pool_leaves_no_process(pool):
    taken = pool.take()
    pool.release(pool.take())
    pool.close()
    pool.prepare()
    pool.release(taken)
    assert not any(is_running(worker.pid) for worker in pool.made)
    with pytest.raises(TrainingFailed, match="ending"):
        pool.take()


def test_a_pool_is_safe_between_threads(pool):
    def use():
        for _ in range(3):
            pool.prepare()
            pool.release(pool.take())

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sum(worker.alive for worker in pool.made) == 1


@pytest.mark.slow
def test_a_real_training_reports_every_epoch_and_its_networks(tiny_mnist, monkeypatch, new_worker):
    monkeypatch.setenv(DATA_VARIABLE, str(tiny_mnist))
    worker = new_worker(None)
    worker.start(TrainConfig(hidden=(32,), epochs=3, batch_size=20))
    events = []
    while not (events and isinstance(events[-1], TrainingResult)):
        events.append(next_event(worker))
    epochs = [event for event in events if isinstance(event, EpochResult)]
    assert [event.epoch for event in epochs] == [0, 1, 2, 3]
    assert [event.mlp.hidden for event in epochs] == [(32,)] * 4
    assert any(isinstance(event, BatchProgress) for event in events)
    assert events[-1].mlp.hidden == (32,)


@pytest.mark.slow
def test_a_missing_data_set_is_reported_when_training_starts(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "absent.npz"))
    monkeypatch.setattr(worker_process, "WARM_PRESETS", ())
    train, _ = worker_process.prepare_training()
    with pytest.raises(DatasetUnavailable, match="absent"):
        train(TrainConfig(), lambda event: None)
