import pytest

from digit_recognizer.training.config import PRESETS
from tests.browser.digit_page import DIGITS
from tests.browser.server import running_server, wait_for

WATCH = """() => {
  window.seen = [];
  const watch = () => window.seen.push({
    status: document.querySelector('.status-headline').innerText,
    network: document.querySelector('#model-in-use').innerText,
    strip: document.querySelectorAll('#time-machine [data-epoch]').length,
  });
  new MutationObserver(watch).observe(document.body, { subtree: true, childList: true });
}"""
"""Notes what the page shows at each of its changes."""


@pytest.fixture
def long_training(tab):
    """A tab whose next training takes long."""
    tab.prepare_long_training()
    return tab


def network_in_use(tab) -> str:
    return tab.page.locator("#model-in-use").inner_text()


@pytest.mark.slow
def test_a_training_streams_its_epochs_and_its_network_answers_until_restored(tab):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    shipped = network_in_use(tab)
    tab.choose("quick", 4)
    assert tab.page.locator("#stop").is_disabled()
    tab.page.evaluate(WATCH)
    tab.page.click("#retrain")
    tab.wait_for_status("Done", 90)
    tab.chosen_epoch().wait_for()
    seen = tab.page.evaluate("window.seen")
    assert {"Epoch 1 of 4", "Epoch 4 of 4"} & {each["status"] for each in seen}
    assert any("in training" in each["network"] for each in seen)
    strips = [each["strip"] for each in seen]
    assert strips == sorted(strips)  # it grows
    assert tab.page.locator("#time-machine [data-epoch]").count() == 5
    # Two curves from the untrained network on.
    assert tab.points("loss-chart") == tab.points("accuracy-chart") == 10
    assert tab.page.locator("#loss-chart .curve.within").count() == 1
    assert "%" in tab.status.inner_text()
    assert "Your network" in network_in_use(tab)
    assert tab.answer().count() == 1
    assert tab.page.locator("#retrain").is_enabled()

    tab.page.click("#restore")
    tab.wait_for_status("built-in network answers")
    tab.expect_digit(7)
    assert network_in_use(tab) == shipped


def test_a_preset_fills_in_the_fields(tab):
    tab.open_hyperparameters()
    for preset in ("tutorial", "quick", "robust"):
        tab.page.locator(f'#preset input[value="{preset}"]').check()
        tab.expect_value("#epochs input[type=number]", PRESETS[preset].epochs)
        tab.expect_value("#batch-size input", PRESETS[preset].batch_size)


def test_what_cannot_work_is_refused_in_the_status(tab):
    tab.open_hyperparameters()
    tab.fill("#learning-rate input", "10")
    tab.page.keyboard.press("Tab")
    tab.page.click("#retrain")
    assert "learning rate" in tab.wait_for_status("must be between")
    assert tab.page.locator("#retrain").is_enabled()


@pytest.mark.slow
def test_drawing_goes_on_during_a_training_and_stop_keeps_its_newest_network(long_training):
    tab = long_training
    tab.page.click("#retrain")
    tab.wait_for_epoch(2)
    assert tab.answer().count() == 0
    tab.draw(DIGITS[1])
    tab.answer().wait_for()
    assert "in training" in network_in_use(tab)
    tab.page.click("#stop")
    assert "answers now" in tab.wait_for_status("Stopped", seconds=5)
    points = tab.points("loss-chart")
    assert 2 <= points < 100
    assert "Your network" in network_in_use(tab)
    tab.page.wait_for_timeout(500)
    assert tab.points("loss-chart") == points


@pytest.mark.slow
def test_others_wait_in_line_until_a_closed_tab_frees_the_worker(long_training, new_tab, server):
    other = new_tab()
    other.choose("quick", 1)
    long_training.page.click("#retrain")
    long_training.wait_for_epoch(1)
    (worker,) = server.workers()
    other.page.click("#retrain")
    other.wait_for_status("Waiting")
    assert "Built-in" in network_in_use(other)
    long_training.page.close()
    assert wait_for(lambda: worker not in server.workers(), 5)
    other.wait_for_status("Done", seconds=90)
    assert "Your network" in network_in_use(other)


@pytest.mark.slow
def test_without_a_data_set_the_status_says_so_and_all_else_goes_on(new_tab, tmp_path):
    missing = str(tmp_path / "missing.npz")
    with running_server(DIGIT_RECOGNIZER_MNIST=missing) as server:
        tab = new_tab(server.url)
        tab.choose("quick", 1)
        tab.page.click("#retrain")
        tab.wait_for_status("did not finish", seconds=90)
        assert "missing.npz" in tab.status.inner_text()
        tab.draw(DIGITS[7])
        tab.expect_digit(7)
        assert "Built-in" in network_in_use(tab)
        status, errors = server.stop()
        assert (status, errors) == (0, "")
