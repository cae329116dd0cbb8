import re

import numpy as np
import pytest

from digit_recognizer.errors import DatasetUnavailable, TrainingFailed
from digit_recognizer.training.events import BatchProgress, DatasetNote
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.training.progress import TrainingLine, run_training
from digit_recognizer.ui.visitors.visitors import Network, Visitor
from tests.helpers import CONFIG, ScriptedPool, answered, constant_network, drawing, epoch, finished


def points(chart: str) -> int:
    return chart.count("<circle")


def shown(views, part: str) -> list:
    return [getattr(view, part) for view in views if getattr(view, part) is not None]


@pytest.fixture
def visitor():
    visitor = Visitor(Network(constant_network(5), "shipped"))
    visitor.draw(drawing())
    return visitor


def run(visitor, pool, line=None):
    return run_training(visitor, CONFIG, pool, line or TrainingLine())


def test_each_epoch_adds_a_point_to_both_charts_and_both_series(visitor):
    pool = ScriptedPool(epoch(1), epoch(2), epoch(3), finished())
    views = list(run(visitor, pool))
    assert [points(chart) for chart in shown(views, "loss")] == [0, 2, 4, 6, 6]
    assert [points(chart) for chart in shown(views, "accuracy")] == [0, 2, 4, 6, 6]
    assert pool.config is CONFIG


def test_the_drawing_is_read_again_after_each_epoch_by_the_network_of_that_epoch(visitor):
    views = run(visitor, ScriptedPool(epoch(1, says=1), epoch(2, says=2), finished(says=3)))
    said = []
    for view in views:
        if view.answer is not None:
            said.append(
                re.search(r'data-digit="(\d)".*model-in-use">([^<]+)', view.answer).groups()
            )
    assert [digit for digit, _ in said] == ["5", "1", "2", "3"]
    assert "epoch 2 of 3" in said[2][1]
    assert said[3][1] == texts.yours("Quick", 3)


def test_what_is_drawn_during_an_epoch_is_read_at_its_end(visitor):
    views = run(visitor, ScriptedPool(epoch(1), None, epoch(2), finished()))
    next(views)
    next(views)
    visitor.draw([])
    assert "invitation" in next(views).answer


def test_an_answer_that_an_older_network_gave_meanwhile_is_corrected(visitor):
    views = run(visitor, ScriptedPool(epoch(1), None, None, finished()))
    next(views)
    next(views)
    visitor.draw(drawing(3))
    assert "epoch 1 of 3" in next(views).answer
    assert next(views).answer is None


def test_status_names_the_epoch_its_pace_and_the_time_left(visitor):
    views = run(visitor, ScriptedPool(epoch(1), BatchProgress(2, 3, 5, 10), finished()))
    status = shown(views, "status")
    assert "Epoch 1 of 3" in status[1]
    assert "Epoch 2 of 3" in status[2]
    assert texts.pace(2.0, 3.0) in status[2]
    assert "97.89%" in status[-1]


def test_each_epoch_is_a_plain_sentence_that_stays_through_the_next(visitor):
    views = run(visitor, ScriptedPool(epoch(1), BatchProgress(2, 3, 5, 10), finished()))
    status = shown(views, "status")
    for html in status[1:3]:
        assert "Epoch 1 of 3: 91.0% of 5,000 digits it has never seen" in html
    assert "batch 5 of 10" in status[2]


def test_the_last_view_brings_what_is_left_to_look_at(visitor):
    views = list(run(visitor, ScriptedPool(epoch(1), epoch(2), epoch(3), finished())))
    assert [view.run for view in views[:-1]] == [None] * (len(views) - 1)
    left = views[-1].run
    assert left is visitor.run
    assert left.epochs == [1, 2, 3]
    assert left.evaluation.count == 10_000
    assert 'data-marked="3"' in views[-1].loss


def test_a_stopped_training_leaves_its_epochs_but_no_test(visitor):
    views = run(visitor, ScriptedPool(epoch(1), epoch(2)))
    for _ in range(3):
        next(views)
    visitor.stop_training()
    left = list(views)[-1].run
    assert left.epochs == [1, 2]
    assert left.evaluation is None
    assert visitor.network.recognizer.mlp.metadata["epoch"] == 2


@pytest.mark.parametrize("events", [(), (epoch(1), TrainingFailed("Too bad."))])
def test_what_came_to_nothing_leaves_nothing(visitor, events):
    views = run(visitor, ScriptedPool(*events))
    next(views)
    if not events:
        visitor.stop_training()
    assert list(views)[-1].run is None
    assert visitor.run.epochs == []


def test_only_the_last_view_says_that_it_is_over(visitor):
    views = list(run(visitor, ScriptedPool(epoch(1), finished())))
    assert [view.running for view in views] == [True] * (len(views) - 1) + [False]
    assert not visitor.is_training


def test_stop_keeps_the_newest_epochs_network_and_frees_the_worker(visitor):
    pool = ScriptedPool(epoch(1, says=1), epoch(2, says=2))
    views = run(visitor, pool)
    for _ in range(3):
        next(views)
    visitor.stop_training()
    last = list(views)[-1]
    assert texts.kept_epoch(2) in last.status
    assert answered(visitor) == 2
    assert texts.yours("Quick", 2) in last.answer
    assert pool.released.wait(5)


def test_stop_before_the_first_epoch_leaves_the_former_network(visitor):
    views = run(visitor, ScriptedPool())
    next(views)
    next(views)
    visitor.stop_training()
    last = list(views)[-1]
    assert texts.STOPPED_EARLY in last.status
    assert answered(visitor) == 5


@pytest.mark.parametrize("error", [TrainingFailed, DatasetUnavailable])
def test_a_failure_is_a_sentence_and_brings_the_former_network_back(visitor, error):
    pool = ScriptedPool(epoch(1, says=1), error("The worker <died>."))
    last = list(run(visitor, pool))[-1]
    assert "The worker &lt;died&gt;." in last.status
    assert not last.running
    assert answered(visitor) == 5
    assert pool.released.wait(5)
    assert list(run(visitor, ScriptedPool(finished(says=7))))[-1].running is False
    assert answered(visitor) == 7


def test_even_a_bug_ends_with_a_sentence(visitor, capsys):
    last = list(run(visitor, ScriptedPool(ZeroDivisionError("oops"))))[-1]
    assert texts.FAILED_DETAIL in last.status
    assert "ZeroDivisionError: oops" in capsys.readouterr().err


def test_closing_the_generator_frees_the_worker_and_the_place_in_line(visitor):
    pool, line = ScriptedPool(epoch(1)), TrainingLine()
    views = run(visitor, pool, line)
    next(views)
    next(views)
    views.close()
    assert pool.released.wait(5)
    assert not visitor.is_training
    assert line.ahead(line.join()) == 0


def test_a_second_training_of_the_same_visitor_is_refused(visitor):
    first = run(visitor, ScriptedPool(epoch(1)))
    next(first)
    pool = ScriptedPool(finished())
    (view,) = run(visitor, pool)
    assert texts.BUSY in view.status
    assert pool.taken == 0
    first.close()


def test_beyond_the_limit_trainings_wait_and_then_start_by_themselves(visitor):
    line = TrainingLine(1)
    other = Visitor(Network(constant_network(5), "shipped"))
    first = run(other, ScriptedPool(epoch(1), finished()), line)
    next(first)
    pool = ScriptedPool(finished(says=9))
    views = run(visitor, pool, line)
    next(views)
    assert texts.place_in_line(1) in next(views).status
    assert pool.taken == 0
    list(first)
    list(views)
    assert answered(visitor) == 9


def test_stop_leaves_the_line(visitor):
    line = TrainingLine(1)
    line.join()
    pool = ScriptedPool()
    views = run(visitor, pool, line)
    next(views)
    next(views)
    visitor.stop_training()
    assert not list(views)[-1].running
    assert pool.taken == 0


def test_the_line_lets_as_many_train_as_it_says():
    line = TrainingLine(2)
    tickets = [line.join() for _ in range(4)]
    assert [line.ahead(ticket) for ticket in tickets] == [0, 0, 1, 2]
    line.leave(tickets[0])
    assert [line.ahead(ticket) for ticket in tickets[1:]] == [0, 0, 1]


def test_a_full_line_refuses_with_a_sentence_and_leaves_the_visitor_as_before(visitor):
    line = TrainingLine(1, room=1)
    tickets = [line.join() for _ in range(2)]
    before, former = visitor.network, visitor.run
    pool = ScriptedPool(finished(says=9))
    (view,) = run(visitor, pool, line)
    assert texts.LINE_FULL in view.status
    assert not view.running
    assert pool.taken == 0
    assert (visitor.network, visitor.run, visitor.is_training) == (before, former, False)
    for ticket in tickets:
        line.leave(ticket)
    list(run(visitor, pool, line))
    assert answered(visitor) == 9


def test_time_left_is_told_as_people_would():
    assert texts.duration(np.float32(0.2)) == "a moment"
    assert texts.duration(59.4) == "59 s"
    assert texts.duration(125) == "2 min 05 s"


def test_a_training_without_mnist_says_so_while_it_runs_and_at_the_end(visitor):
    note = "Training on generated handwriting instead of MNIST."
    pool = ScriptedPool(DatasetNote(note), epoch(1), finished())
    views = list(run_training(visitor, CONFIG, pool, TrainingLine()))
    during, after = shown(views, "status")[-2:]
    assert note in during
    assert note in after
    assert "MNIST&#x27;s 10,000" not in after
