import numpy as np
import pytest

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.events import BatchProgress, DatasetNote
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.teach.progress import run_lesson
from digit_recognizer.ui.teach.view import render_teach
from digit_recognizer.ui.training.progress import TrainingLine, run_training
from digit_recognizer.ui.visitors.visitors import Network, Visitor
from tests.helpers import ScriptedPool, answered, constant_network, drawing, learnt


@pytest.fixture
def visitor():
    """Somebody whose two corrected drawings are an 8 and a 7, by a network that always says 5."""
    visitor = Visitor(Network(constant_network(5), "shipped"))
    for digit in (8, 7):
        strokes = drawing(digit)
        visitor.draw(strokes)
        visitor.teaching.tray.put(strokes, digit)
    return visitor


def run(visitor, *events, line=None):
    return run_lesson(visitor, ScriptedPool(*events), line or TrainingLine())


def test_the_network_that_was_taught_answers_and_undo_brings_the_former_one_back(visitor):
    former = visitor.network
    list(run(visitor, BatchProgress(1, 1, 15, 150), learnt()))
    assert answered(visitor) == 7
    assert texts.taught(2) in visitor.answer()
    assert visitor.undo_lesson()
    assert visitor.network is former
    assert not visitor.undo_lesson()


def test_the_worker_gets_the_drawings_their_digits_and_the_network_that_answers(visitor):
    pool = ScriptedPool(learnt())
    list(run_lesson(visitor, pool, TrainingLine()))
    task = pool.config
    assert task.mlp is visitor.teaching.taught.former.recognizer.mlp
    assert task.labels.tolist() == [8, 7]
    corrections = visitor.teaching.tray.corrections
    np.testing.assert_array_equal(task.pixels, [each.pixels for each in corrections])
    assert pool.released.wait(5)


def test_before_and_after_are_shown(visitor):
    list(run(visitor, learnt(says=7, after=0.9922)))
    panel = render_teach(visitor)
    assert visitor.teaching.taught.said == {1: 5, 2: 5}
    assert ">0/2 → </span>1/2<" in panel
    assert ">99.42% → </span>99.22%<" in panel
    assert texts.forgotten(0.2) in panel
    assert panel.count("<s>5</s> → ") == 2


def test_nothing_forgotten_is_said_and_so_are_other_digits_than_mnists(visitor):
    list(run(visitor, DatasetNote("Not <MNIST>."), learnt(after=0.995)))
    panel = render_teach(visitor)
    assert texts.NOTHING_FORGOTTEN in panel
    assert "Not &lt;MNIST&gt;." in panel
    assert texts.GENERATED_TEST in panel


def test_progress_is_shown_while_it_learns(visitor):
    views = run(visitor, BatchProgress(1, 1, 75, 150), learnt())
    assert next(views)
    assert texts.LESSON_STARTS in render_teach(visitor)
    assert 'data-act="halt"' in render_teach(visitor)
    assert next(views)
    assert texts.LESSON_GOES_ON in render_teach(visitor)
    assert 'aria-valuenow="50"' in render_teach(visitor)
    list(views)
    assert texts.LESSON_DONE in render_teach(visitor)
    assert 'data-act="learn"' in render_teach(visitor)


def test_stop_keeps_the_former_network(visitor):
    former = visitor.network
    views = run(visitor)
    next(views)
    next(views)
    visitor.stop_training()
    list(views)
    assert visitor.network is former
    assert not visitor.is_training
    assert texts.LESSON_STOPPED in visitor.teaching.status


@pytest.mark.parametrize(
    ("error", "message"),
    [(TrainingFailed("It <died>."), "It &lt;died&gt;."), (None, texts.LESSON_FAILED_DETAIL)],
)
def test_a_failure_is_said_and_keeps_the_former_network(visitor, error, message, capsys):
    former = visitor.network
    list(run(visitor, error or ZeroDivisionError()))
    assert visitor.network is former
    assert message in visitor.teaching.status
    assert not visitor.teaching.learning
    assert not visitor.is_training
    assert ("Traceback" in capsys.readouterr().err) is (error is None)


def test_a_training_and_a_lesson_exclude_each_other(visitor):
    visitor.begin_training()
    assert list(run(visitor, learnt())) == [True]
    assert texts.BUSY in visitor.teaching.status
    assert answered(visitor) == 5
    visitor.end_training()
    lesson = run(visitor, learnt())
    next(lesson)
    (view,) = run_training(visitor, TrainConfig(), ScriptedPool(), TrainingLine())
    assert texts.LESSON_BUSY in view.status
    assert not view.running
    list(lesson)
    assert answered(visitor) == 7


def test_a_lesson_waits_in_the_line_of_the_trainings(visitor):
    line = TrainingLine(1, room=1)
    ticket = line.join()
    views = run(visitor, learnt(), line=line)
    next(views)
    assert next(views)
    assert texts.place_in_line(1) in visitor.teaching.status
    assert not next(views)
    line.leave(ticket)
    list(views)
    assert answered(visitor) == 7


def test_a_full_line_is_said(visitor):
    line = TrainingLine(1, room=0)
    line.join()
    assert list(run(visitor, learnt(), line=line)) == [True]
    assert texts.LINE_FULL in visitor.teaching.status
    assert not visitor.is_training


def test_an_empty_tray_teaches_nothing(visitor):
    for number in (1, 2):
        visitor.teaching.tray.remove(number)
    assert list(run(visitor, learnt())) == []
    assert not visitor.is_training


def test_closing_a_lesson_frees_worker_and_line(visitor):
    pool, line = ScriptedPool(), TrainingLine()
    views = run_lesson(visitor, pool, line)
    next(views)
    next(views)
    views.close()
    assert pool.released.wait(5)
    assert line.ahead(line.join()) == 0
    assert not visitor.is_training


def test_another_network_leaves_nothing_to_undo_and_frees_its_memory(visitor):
    visitor.use_network(Network(constant_network(1), "own"))
    own = visitor.bytes
    list(run(visitor, learnt()))
    assert visitor.bytes > own
    visitor.use_network(None)
    assert not visitor.undo_lesson()
    assert visitor.bytes == visitor.teaching.tray.bytes < own
