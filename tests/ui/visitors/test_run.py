import re

import pytest

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
    assert new_run().last is None


def test_a_kept_network_knows_where_it_is_from(run):
    metadata = run.network(2).metadata
    assert (metadata["epoch"], metadata["val_accuracy"]) == (2, 0.91)
    assert metadata["preset"] == CONFIG.preset


def test_the_result_takes_the_place_of_the_last_epoch(run):
    assert run.name(3) == texts.looking_back(3, 3)
    run.finish(finished(says=7))
    assert said(run.network(3)) == 7
    assert run.name(3) == texts.yours("Quick", 3)
    assert "epoch 2 of 3" in run.name(2)
    assert run.evaluation.accuracy == pytest.approx(0.9789)


def test_the_charts_mark_an_epoch(run):
    for chart in run.charts(2):
        assert re.findall(r'data-marked="(\d)"', chart) == ["2"]
    assert "data-marked" not in "".join(run.charts())


def test_the_former_run_stays_for_comparison(run):
    again = new_run(former=run)
    for chart in again.charts():
        assert "curve previous" in chart
    assert "curve previous" not in "".join(run.charts())


def test_a_run_without_an_epoch_is_no_comparison(run):
    for chart in new_run(former=new_run(former=run)).charts():
        assert "curve previous" in chart


def test_a_discarded_run_keeps_its_curves_only(run):
    run.finish(finished())
    run.discard()
    assert run.epochs == []
    assert run.evaluation is None
    assert "curve previous" in new_run(former=run).charts()[0]


def test_an_epoch_is_summed_up_in_a_sentence(run):
    assert run.summary(2) == "Epoch 2 of 3: 91.0% of 5,000 digits it has never seen"
