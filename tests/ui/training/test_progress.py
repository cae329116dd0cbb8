import threading

import pytest

from digit_recognizer.errors import DatasetUnavailable, LineFull, TrainingFailed
from digit_recognizer.training.events import DatasetNote, Waiting
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.progress import run_training
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.run import Busy
from digit_recognizer.ui.visitors.visitor import Visitor
from tests.helpers import (
    CONFIG,
    ScriptedPool,
    answered,
    constant_network,
    drawing,
    epoch,
    finished,
    working,
)


@pytest.fixture
def visitor():
    visitor = Visitor(Network(constant_network(5), "shipped"))
    visitor.draw(drawing())
    return visitor


def train(visitor, *events, pool=None, limit=1):
    return run_training(visitor, CONFIG, TrainingLine(pool or ScriptedPool(*events), limit))


def test_events_are_passed_on_once_the_visitors_run_has_followed_them(visitor):
    script = [epoch(1), None, epoch(2), epoch(3), finished()]
    lengths = []
    for event in train(visitor, *script):
        lengths.append((type(event).__name__, len(visitor.run.figures)))
    assert lengths == [
        ("Waiting", 0),
        ("EpochResult", 1),
        ("NoneType", 1),
        ("EpochResult", 2),
        ("EpochResult", 3),
        ("TrainingResult", 3),
    ]


def test_the_worker_gets_the_configuration(visitor):
    pool = ScriptedPool(finished())
    list(train(visitor, pool=pool))
    assert pool.config is CONFIG


def test_each_epochs_network_answers_in_its_time(visitor):
    said = [
        (answered(visitor), visitor.reading().network.name)
        for event in train(visitor, epoch(1, says=1), epoch(2, says=2), finished(says=3))
        if event is not None
    ]
    assert [digit for digit, _ in said] == [5, 1, 2, 2]
    assert said[2][1] == texts.in_training(0.91)
    assert answered(visitor) == 3
    assert visitor.network.name == texts.yours("Quick", 0.9789)


def test_a_finished_training_leaves_its_epochs_and_its_test(visitor):
    list(train(visitor, epoch(1), epoch(2), epoch(3), finished(says=7)))
    assert visitor.run.epochs == [1, 2, 3]
    assert visitor.run.evaluation.count == 10_000
    assert visitor.run.fit_seconds == 6.0
    assert visitor.job is None
    assert answered(visitor) == 7


def test_a_stopped_training_keeps_the_newest_epochs_network_and_leaves_no_test(visitor):
    pool = ScriptedPool(epoch(1, says=1), epoch(2, says=2))
    events = train(visitor, pool=pool)
    for _ in range(3):
        next(events)
    visitor.stop()
    list(events)
    assert visitor.run.epochs == [1, 2]
    assert visitor.run.evaluation is None
    assert answered(visitor) == 2
    assert visitor.network.name == texts.yours_of_epoch("Quick", 2, 3, 0.91)
    assert visitor.network.recognizer.mlp.metadata["epoch"] == 2
    assert pool.released.wait(5)


def test_stop_before_the_first_epoch_leaves_the_former_network(visitor):
    before, events = visitor.network, train(visitor)
    next(events)
    next(events)
    visitor.stop()
    list(events)
    assert visitor.network is before
    assert visitor.run.epochs == []


@pytest.mark.parametrize("error", [TrainingFailed, DatasetUnavailable, ZeroDivisionError])
def test_a_failure_brings_the_former_network_back(visitor, error):
    pool = ScriptedPool(epoch(1, says=1), error("Too bad."))
    with pytest.raises(error):
        list(train(visitor, pool=pool))
    assert answered(visitor) == 5
    assert visitor.run.epochs == []
    assert pool.released.wait(5)
    list(train(visitor, finished(says=7)))
    assert answered(visitor) == 7


def test_closing_it_frees_the_worker_and_the_place_in_line(visitor):
    pool = ScriptedPool(epoch(1))
    line = TrainingLine(pool, room=0)
    events = run_training(visitor, CONFIG, line)
    next(events)
    next(events)
    events.close()
    assert pool.released.wait(5)
    assert visitor.job is None
    pool.events = [finished(says=9)]
    list(run_training(visitor, CONFIG, line))
    assert answered(visitor) == 9


def test_a_second_job_of_the_same_visitor_is_refused_and_the_first_goes_on(visitor):
    first = working(visitor)
    former, pool = visitor.run, ScriptedPool(finished())
    with pytest.raises(Busy):
        list(train(visitor, pool=pool))
    assert pool.taken == 0
    assert visitor.run is former
    assert visitor.job is not None
    first.close()


def test_beyond_the_limit_trainings_wait_and_then_start_by_themselves(visitor):
    other = Visitor(Network(constant_network(5), "shipped"))
    pool = ScriptedPool(epoch(1), finished(), finished(says=9))
    line = TrainingLine(pool)
    first = run_training(other, CONFIG, line)
    assert next(first) == Waiting(0)
    second = run_training(visitor, CONFIG, line)
    assert next(second) == Waiting(1)
    assert pool.taken == 0
    list(first)
    assert next(second) == Waiting(0)
    list(second)
    assert answered(visitor) == 9


def test_a_full_line_refuses_and_leaves_the_visitor_as_before(visitor):
    line = TrainingLine(ScriptedPool(finished(says=9)), room=0)
    first = line.run(CONFIG, threading.Event())
    next(first)
    before = visitor.network, visitor.run
    with pytest.raises(LineFull):
        list(run_training(visitor, CONFIG, line))
    assert (visitor.network, visitor.run) == before
    assert visitor.job is None
    first.close()
    list(run_training(visitor, CONFIG, line))
    assert answered(visitor) == 9


def test_a_training_without_mnist_keeps_its_note(visitor):
    note = "Training on generated handwriting instead of MNIST."
    list(train(visitor, DatasetNote(note), epoch(1), finished()))
    assert visitor.run.note == note
