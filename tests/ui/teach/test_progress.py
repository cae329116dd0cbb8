import numpy as np
import pytest

from digit_recognizer.errors import TrainingFailed
from digit_recognizer.training.events import BatchProgress, DatasetNote
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.teach.progress import run_fine_tuning
from digit_recognizer.ui.teach.view import render_teach
from digit_recognizer.ui.visitors.networks import Network
from digit_recognizer.ui.visitors.visitor import Visitor
from tests.helpers import CONFIG, ScriptedPool, answered, constant_network, drawing, learnt, working


@pytest.fixture
def visitor():
    """Somebody whose two corrected drawings are an 8 and a 7, by a network that always says 5."""
    visitor = Visitor(Network(constant_network(5), "shipped"))
    for digit in (8, 7):
        strokes = drawing(digit)
        visitor.draw(strokes)
        visitor.teaching.tray.put(strokes, digit)
    return visitor


def run(visitor, *events):
    return run_fine_tuning(visitor, TrainingLine(ScriptedPool(*events)))


def status(visitor) -> str:
    """What is said about the fine-tuning."""
    return f"{visitor.teaching.status.headline}\n{visitor.teaching.status.detail}"


def test_the_network_that_was_taught_answers_and_undo_brings_the_former_one_back(visitor):
    former = visitor.network
    list(run(visitor, BatchProgress(1, 1, 15, 150), learnt()))
    assert answered(visitor) == 7
    assert visitor.network.name == texts.taught(2)
    assert visitor.undo_teaching()
    assert visitor.network is former
    assert not visitor.undo_teaching()


def test_the_worker_gets_the_drawings_their_digits_and_the_network_that_answers(visitor):
    pool = ScriptedPool(learnt())
    list(run_fine_tuning(visitor, TrainingLine(pool)))
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
    assert texts.forgotten(0.002) in panel
    assert panel.count("<s>5</s> → ") == 2


def test_what_was_forgotten_names_the_digits_of_the_test(visitor):
    list(run(visitor, DatasetNote("Not MNIST."), learnt(after=0.9922)))
    assert "It now reads 0.20% fewer generated test digits." in render_teach(visitor)


def test_nothing_forgotten_is_said_and_so_are_other_digits_than_mnists(visitor):
    list(run(visitor, DatasetNote("Not <MNIST>."), learnt(after=0.995)))
    panel = render_teach(visitor)
    assert texts.NOTHING_FORGOTTEN in panel
    assert "Not &lt;MNIST&gt;." in panel
    assert texts.GENERATED_TEST in panel


def test_progress_is_shown_while_it_learns(visitor):
    views = run(visitor, BatchProgress(1, 1, 75, 150), learnt())
    assert next(views)
    assert texts.FINE_TUNING_STARTS in render_teach(visitor)
    assert texts.FINE_TUNING_COLD not in render_teach(visitor)
    assert 'data-act="halt"' in render_teach(visitor)
    assert next(views)
    assert texts.FINE_TUNING in render_teach(visitor)
    assert 'aria-valuenow="50"' in render_teach(visitor)
    list(views)
    assert texts.FINE_TUNING_DONE in render_teach(visitor)
    assert 'data-act="learn"' in render_teach(visitor)


def test_stop_keeps_the_former_network(visitor):
    former = visitor.network
    views = run(visitor)
    next(views)
    next(views)
    visitor.stop()
    list(views)
    assert visitor.network is former
    assert visitor.job is None
    assert texts.FINE_TUNING_STOPPED in status(visitor)


@pytest.mark.parametrize(
    ("error", "message"),
    [(TrainingFailed("It <died>."), "It <died>."), (None, texts.FINE_TUNING_FAILED_DETAIL)],
)
def test_a_failure_is_said_and_keeps_the_former_network(visitor, error, message, capsys):
    former = visitor.network
    list(run(visitor, error or ZeroDivisionError()))
    assert visitor.network is former
    assert message in status(visitor)
    assert visitor.job is None
    assert ("Traceback" in capsys.readouterr().err) is (error is None)


def test_no_fine_tuning_begins_beside_a_training(visitor):
    training = working(visitor, CONFIG)
    assert list(run(visitor, learnt())) == [True]
    assert texts.BUSY in status(visitor)
    assert answered(visitor) == 5
    training.close()
    list(run(visitor, learnt()))
    assert answered(visitor) == 7


def test_a_fine_tuning_waits_in_the_line_of_the_trainings(visitor):
    line = TrainingLine(ScriptedPool(learnt()), room=1)
    other = Visitor(Network(constant_network(1), "shipped")).work(CONFIG, line)
    next(other)
    views = run_fine_tuning(visitor, line)
    assert next(views)
    assert texts.place_in_line(1) in status(visitor)
    assert not next(views)
    other.close()
    list(views)
    assert answered(visitor) == 7


def test_a_full_line_is_said(visitor):
    line = TrainingLine(ScriptedPool(learnt()), room=0)
    other = Visitor(Network(constant_network(1), "shipped")).work(CONFIG, line)
    next(other)
    assert list(run_fine_tuning(visitor, line)) == [True]
    assert "Too many trainings are waiting" in status(visitor)
    assert visitor.job is None
    other.close()


def test_an_empty_tray_teaches_nothing(visitor):
    for number in (1, 2):
        visitor.teaching.tray.remove(number)
    assert list(run(visitor, learnt())) == []
    assert visitor.job is None


def test_closing_it_frees_worker_and_line(visitor):
    pool = ScriptedPool()
    line = TrainingLine(pool, room=0)
    views = run_fine_tuning(visitor, line)
    next(views)
    next(views)
    views.close()
    assert pool.released.wait(5)
    assert visitor.job is None
    pool.events = [learnt()]
    list(run_fine_tuning(visitor, line))
    assert answered(visitor) == 7


def test_another_network_leaves_nothing_to_undo_and_frees_its_memory(visitor):
    visitor.use_network(Network(constant_network(1), "own"))
    own = visitor.bytes
    list(run(visitor, learnt()))
    assert visitor.bytes > own
    visitor.use_network(None)
    assert not visitor.undo_teaching()
    assert visitor.bytes == visitor.teaching.tray.bytes < own
