from dataclasses import replace

import pytest

from digit_recognizer.training.events import BatchProgress
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Storage
from digit_recognizer.ui.visitors.run import Run
from tests.helpers import CONFIG, epoch, finished


def new_run(former: Run | None = None) -> Run:
    return Run(CONFIG, Storage().new_shelf(), former)


@pytest.fixture
def run():
    run = new_run()
    for number in (1, 2, 3):
        run.add(epoch(number, says=number))
    return run


def said(mlp) -> int:
    return int(mlp.biases[0].argmax())


def test_every_epochs_network_is_kept(run):
    assert run.epochs == [1, 2, 3]
    assert [said(run.network(number)) for number in (1, 2, 3)] == [1, 2, 3]
    assert run.network(4) is None


def test_a_kept_network_knows_where_it_is_from(run):
    metadata = run.network(2).metadata
    assert (metadata["epoch"], metadata["val_accuracy"]) == (2, 0.91)
    assert metadata["preset"] == CONFIG.preset


def test_the_result_takes_the_place_of_the_last_epoch(run):
    assert run.name(3) == texts.yours_of_epoch("Quick", 3, 3, 0.91)
    run.finish(finished(says=7))
    assert said(run.network(3)) == 7
    assert run.name(3) == texts.yours("Quick", 0.9789)
    assert "Epoch 2 of 3" in run.name(2)
    assert run.evaluation.accuracy == pytest.approx(0.9789)


def test_figures_are_kept_without_the_networks(run):
    assert [each.val_accuracy for each in run.figures] == [0.91] * 3
    assert run.figures[1].loss == 0.25
    assert not hasattr(run.figures[0], "mlp")


def test_the_former_runs_figures_stay_for_comparison(run):
    assert new_run(former=run).previous == run.figures
    assert run.previous == ()


def test_a_run_without_an_epoch_is_no_comparison(run):
    stopped = new_run(former=run)
    assert new_run(former=stopped).previous == run.figures
    stopped.add(epoch(0))
    assert new_run(former=stopped).previous == run.figures


def test_the_untrained_network_is_epoch_0_and_no_epoch_is_done():
    run = new_run()
    run.add(epoch(0, says=4))
    assert (run.done, run.chosen) == (0, 0)
    assert said(run.network(0)) == 4
    assert texts.UNTRAINED in run.name(0)
    assert run.summary(0) == "Before training: 91.0% of 5,000 unseen digits"
    run.add(epoch(1))
    assert (run.done, run.chosen) == (1, 1)


def test_losses_within_an_epoch_have_their_places():
    run = new_run()
    run.progress(BatchProgress(1, 3, 5, 10, 0.75))
    run.progress(BatchProgress(2, 3, 10, 10, 0.5))
    assert run.losses == [(0.5, 0.75), (2.0, 0.5)]


def test_a_record_tells_what_to_compare(run):
    stopped = run.record(1)
    assert (stopped.number, stopped.recipe, stopped.epochs, stopped.seconds) == (1, "Quick", 3, 6.0)
    assert stopped.test_accuracy is None
    assert list(stopped.figures) == run.figures
    run.finish(replace(finished(), fit_seconds=4.5))
    assert run.record(2).test_accuracy == pytest.approx(0.9789)
    assert run.record(2).seconds == 4.5


def test_a_discarded_run_keeps_its_figures_only(run):
    run.finish(finished())
    run.discard()
    assert run.epochs == []
    assert run.evaluation is None
    assert len(new_run(former=run).previous) == 3


def test_an_epoch_is_summed_up_in_a_sentence(run):
    assert run.summary(2) == "Epoch 2 of 3: 91.0% of 5,000 unseen digits"
