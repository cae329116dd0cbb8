"""A scripted pool does the work: no process is started, and no test waits for a clock."""

import threading

import pytest

from digit_recognizer.errors import LineFull, TrainingFailed
from digit_recognizer.training import line as line_module
from digit_recognizer.training.events import BatchProgress, Waiting
from digit_recognizer.training.line import TrainingLine
from tests.helpers import CONFIG, ScriptedPool, epoch, finished, learnt

PATIENCE = 60


class Clock:
    """Goes on by `step` seconds at each look."""

    def __init__(self):
        self.now, self.step = 100.0, 1.0

    def monotonic(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The line's clock; a waiting task looks for its turn at once."""
    clock = Clock()
    monkeypatch.setattr(line_module, "time", clock)
    monkeypatch.setattr(line_module, "WAITING_SECONDS", 0)
    return clock


def join(line: TrainingLine, stop: threading.Event | None = None):
    return line.run(CONFIG, stop or threading.Event())


def is_free(line: TrainingLine) -> bool:
    """Whether a task that joins now need not wait."""
    task = join(line)
    place = next(task)
    task.close()
    return place == Waiting(0)


@pytest.mark.parametrize("result", [finished(), learnt()])
def test_the_events_of_a_task_pass_and_it_ends_with_its_result(result):
    events = [epoch(1), BatchProgress(2, 3, 1, 10), epoch(2), result]
    pool = ScriptedPool(*events, epoch(3))
    line = TrainingLine(pool)
    assert list(join(line)) == [Waiting(0), *events]
    assert pool.config is CONFIG
    assert pool.released.wait(PATIENCE)
    assert is_free(line)


def test_a_task_joins_at_the_first_look_and_takes_a_worker_in_its_turn():
    pool = ScriptedPool()
    line = TrainingLine(pool)
    task = join(line)
    assert is_free(line)
    assert next(task) == Waiting(0)
    assert not is_free(line)
    assert pool.taken == 0
    next(task)
    assert pool.taken == 1


def test_a_silent_worker_is_nothing_new():
    task = join(TrainingLine(ScriptedPool(None, None, epoch(1))))
    assert [next(task), next(task), next(task)] == [Waiting(0), None, None]
    assert next(task).epoch == 1


def test_a_place_in_line_is_told_when_it_changes():
    pool = ScriptedPool()
    line = TrainingLine(pool)
    first, second, third = (join(line) for _ in range(3))
    assert [next(first), next(second), next(third)] == [Waiting(0), Waiting(1), Waiting(2)]
    assert [next(second), next(third), next(third)] == [None] * 3
    first.close()
    assert [next(third), next(second)] == [Waiting(1), Waiting(0)]
    assert [next(third), next(second)] == [None, None]
    assert pool.taken == 1
    second.close()
    assert next(third) == Waiting(0)


def test_who_leaves_from_the_middle_moves_those_behind():
    line = TrainingLine(ScriptedPool())
    first, second, third = (join(line) for _ in range(3))
    assert [next(first), next(second), next(third)] == [Waiting(0), Waiting(1), Waiting(2)]
    second.close()
    assert next(third) == Waiting(1)


def test_as_many_tasks_run_at_once_as_the_limit_says():
    line = TrainingLine(ScriptedPool(), limit=2)
    tasks = [join(line) for _ in range(4)]
    assert [next(task).ahead for task in tasks] == [0, 0, 1, 2]
    tasks[0].close()
    assert [next(task).ahead for task in tasks[2:]] == [0, 1]


def test_a_full_line_takes_no_more_until_one_leaves():
    pool = ScriptedPool()
    line = TrainingLine(pool, limit=1, room=1)
    first, second = join(line), join(line)
    assert [next(first), next(second)] == [Waiting(0), Waiting(1)]
    with pytest.raises(LineFull, match="Too many trainings are waiting"):
        next(join(line))
    assert next(second) is None
    second.close()
    assert next(join(line)) == Waiting(1)


def test_progress_is_throttled_and_nothing_else_is(clock):
    clock.step = line_module.PROGRESS_SECONDS / 2.5
    progress = [BatchProgress(1, 3, batch, 9) for batch in range(1, 10)]
    pool = ScriptedPool(*progress, epoch(1), epoch(2), finished())
    told = list(join(TrainingLine(pool)))[1:]
    batches = [event.batch for event in told if isinstance(event, BatchProgress)]
    assert batches[0] == 1
    assert 1 < len(batches) < 9
    assert told.count(None) == 9 - len(batches)
    assert len(told) == 12


def test_stop_ends_a_running_task_and_frees_its_worker():
    stop, pool = threading.Event(), ScriptedPool(epoch(1), epoch(2))
    line = TrainingLine(pool)
    task = join(line, stop)
    assert [next(task), next(task).epoch] == [Waiting(0), 1]
    stop.set()
    assert list(task) == []
    assert pool.released.wait(PATIENCE)
    assert is_free(line)


def test_stop_before_the_turn_takes_no_worker():
    stop, pool = threading.Event(), ScriptedPool()
    task = join(TrainingLine(pool), stop)
    assert next(task) == Waiting(0)
    stop.set()
    assert list(task) == []
    assert pool.taken == 0


def test_stop_ends_a_waiting_task_without_a_worker():
    stop, pool = threading.Event(), ScriptedPool()
    line = TrainingLine(pool)
    first, second, third = join(line), join(line, stop), join(line)
    assert [next(first), next(second), next(third)] == [Waiting(0), Waiting(1), Waiting(2)]
    stop.set()
    assert list(second) == []
    assert pool.taken == 0
    assert not pool.released.is_set()
    assert next(third) == Waiting(1)


def test_closing_leaves_the_line_and_does_not_wait_for_the_worker():
    released, pool = threading.Event(), ScriptedPool()
    pool.release = lambda worker: released.wait(PATIENCE) and pool.released.set()
    line = TrainingLine(pool)
    task = join(line)
    assert [next(task), next(task)] == [Waiting(0), None]
    task.close()
    assert not pool.released.is_set()
    released.set()
    assert pool.released.wait(PATIENCE)
    assert is_free(line)


def test_closing_while_waiting_takes_no_worker():
    pool = ScriptedPool()
    line = TrainingLine(pool)
    first, second = join(line), join(line)
    assert [next(first), next(second)] == [Waiting(0), Waiting(1)]
    second.close()
    assert pool.taken == 0
    assert not pool.released.is_set()


@pytest.mark.parametrize("error", [TrainingFailed("It failed."), ZeroDivisionError()])
def test_an_error_of_the_worker_passes_and_leaves_the_line(error):
    pool = ScriptedPool(epoch(1), error)
    line = TrainingLine(pool)
    task = join(line)
    assert [next(task), next(task).epoch] == [Waiting(0), 1]
    with pytest.raises(type(error)):
        next(task)
    assert pool.released.wait(PATIENCE)
    assert is_free(line)


def test_a_pool_without_a_worker_leaves_the_line():
    pool = ScriptedPool()
    line = TrainingLine(pool)

    def refuse():
        raise TrainingFailed("The program is ending.")

    take, pool.take = pool.take, refuse
    with pytest.raises(TrainingFailed, match="ending"):
        list(join(line))
    pool.take = take
    assert not pool.released.is_set()
    assert is_free(line)


def test_a_worker_that_cannot_start_is_given_back():
    pool = ScriptedPool()
    line = TrainingLine(pool)

    def fail(task):
        raise ZeroDivisionError

    pool.start = fail
    with pytest.raises(ZeroDivisionError):
        list(join(line))
    assert pool.released.wait(PATIENCE)
    assert is_free(line)
