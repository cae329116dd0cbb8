import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training.config import PRESETS
from tests.browser.conftest import PATIENCE
from tests.browser.digit_page import DIGITS, DigitPage
from tests.browser.server import wait_for
from tests.browser.test_page_axe import serious
from tests.browser.test_page_model_files import download, load
from tests.helpers import constant_network


@dataclass
class Training:
    """A tab after a training of three epochs; what was seen before it, and what right after it."""

    tab: DigitPage
    boxes_before: list
    boxes_after: list
    epoch_after: str
    network: Path


@pytest.fixture(scope="module")
def training(new_lasting_tab, tmp_path_factory):
    tab = new_lasting_tab()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    before = boxes(tab)
    tab.train("quick", 3)
    after, epoch = boxes(tab), chosen(tab)
    network = download(tab, tmp_path_factory.mktemp("networks") / "mine.npz")
    return Training(tab, before, after, epoch, network)


@pytest.fixture
def trained(training):
    """The tab with a seven, read by the last of three epochs, whatever was done before."""
    tab = training.tab
    if tab.page.locator("#time-machine [data-epoch]").count() != 4:
        tab.open(tab.page.url)
        tab.train("quick", 3)
    if tab.answer().count():
        tab.page.click("#clear")
    tab.expect_no_digit()
    tab.sheet.scroll_into_view_if_needed()
    tab.draw(DIGITS[7])
    tab.answer().wait_for()
    tab.go_to_epoch(3)
    expect(network_in_use(tab)).to_contain_text("Your network · Quick")
    return tab


def boxes(tab):
    names = ("sketchpad", "network-view", "upload", "loss-chart", "retrain", "restore")
    return [tab.page.locator(f"#{name}").bounding_box() for name in names]


def chosen(tab) -> str:
    return tab.chosen_epoch().get_attribute("data-epoch")


def network_in_use(tab):
    return tab.page.locator("#model-in-use")


def test_before_a_training_nothing_of_it_takes_room(tab):
    for name in ("time-machine", "use-epoch", "test-report", "mistakes", "runs"):
        assert tab.page.locator(f"#{name}").count() == 0, name
    chart = tab.page.locator("#charts").bounding_box()
    end = tab.page.evaluate("document.querySelector('.gradio-container main').scrollHeight")
    assert end - (chart["y"] + chart["height"]) < 160  # where the time machine will be


def test_what_comes_after_a_training_moves_nothing_above_it(training):
    assert training.boxes_after == training.boxes_before


def test_the_time_machine_goes_back_through_the_epochs(training, trained):
    cells = trained.page.locator("#time-machine [data-epoch]")
    assert [cell.get_attribute("data-epoch") for cell in cells.all()] == ["0", "1", "2", "3"]
    assert training.epoch_after == "3"
    trained.go_to_epoch(1)
    expect(network_in_use(trained)).to_contain_text("Epoch 1 of 3")
    for chart in ("loss-chart", "accuracy-chart"):
        assert trained.page.locator(f"#{chart} [data-marked='1']").count() == 1
    expect(trained.page.locator("#epoch-summary")).to_contain_text(
        re.compile(r"Epoch 1 of 3: [\d.]+% of 20 unseen digits")
    )
    trained.draw([[(0.3, 0.5), (0.6, 0.5)]])
    trained.page.wait_for_timeout(500)
    expect(network_in_use(trained)).to_contain_text("Epoch 1 of 3")


def test_the_strip_says_what_each_epoch_reads_and_is_walked_by_keys(trained):
    last = trained.page.locator('#time-machine [data-epoch="3"]')

    def agrees() -> bool:
        trained.page.wait_for_timeout(20)
        answers = trained.answer().all_inner_texts()
        return [last.get_attribute("data-said")] == (answers or [""])

    assert wait_for(agrees, PATIENCE)
    trained.go_to_epoch(3)
    trained.page.keyboard.press("ArrowLeft")
    expect(network_in_use(trained)).to_contain_text("Epoch 2 of 3")
    assert chosen(trained) == "2"
    trained.page.keyboard.press("Home")
    expect(network_in_use(trained)).to_contain_text("Before training")
    for chart in ("loss-chart", "accuracy-chart"):
        expect(trained.page.locator(f"#{chart} [data-marked='0']")).to_have_count(1)
    trained.page.keyboard.press("ArrowLeft")
    assert chosen(trained) == "0"
    trained.page.keyboard.press("End")
    assert chosen(trained) == "3"
    trained.page.click("#clear")
    expect(last).to_have_attribute("data-said", "")
    trained.draw(DIGITS[1])
    trained.answer().wait_for()
    assert wait_for(agrees, PATIENCE)
    assert chosen(trained) == "3"


def test_trainings_stand_side_by_side(trained):
    tab = trained
    before = tab.page.locator("#runs tbody tr").count()
    tab.page.click("#retrain")
    tab.wait_for_status("Done")
    rows = tab.page.locator("#runs tbody tr")
    expect(rows).to_have_count(before + 1)
    earlier = tab.page.locator("#runs button").last
    earlier.click()
    expect(earlier).to_have_attribute("aria-pressed", "true")
    assert tab.page.locator("#accuracy-chart .curve.previous").count() == 1
    tab.page.set_viewport_size({"width": 1280, "height": 720})
    fits = "all => all.every((each) => each.scrollWidth <= each.clientWidth)"
    assert tab.page.locator(".chart figcaption").evaluate_all(fits)


def test_on_a_phone_the_cells_of_the_matrix_are_for_fingers(trained):
    size = trained.page.viewport_size
    trained.page.set_viewport_size({"width": 390, "height": 844})
    side = "all => all.map((each) => Math.min(each.offsetWidth, each.offsetHeight))"
    assert min(trained.page.locator(".confusion button").evaluate_all(side)) >= 44
    assert trained.page.evaluate("document.documentElement.scrollWidth") <= 390
    trained.page.set_viewport_size(size)


def test_a_class_is_given_an_address_with_a_recipe(new_tab, server):
    tab = new_tab(f"{server.url}/?preset=quick&epochs=3")
    tab.expect_value("#epochs input[type=number]", 3)
    expect(tab.page.locator('#preset input[value="quick"]')).to_be_checked()
    tab = new_tab(f"{server.url}/?preset=quick&epochs=999")
    tab.wait_for_status("Epochs in the page's address cannot be “999”")
    tab.expect_value("#epochs input[type=number]", PRESETS["quick"].epochs)


def test_an_epoch_can_be_made_the_visitors_own(trained):
    trained.go_to_epoch(2)
    expect(network_in_use(trained)).to_contain_text("Epoch 2 of 3")
    trained.page.click("#use-epoch")
    trained.wait_for_status("The network of this epoch answers")
    expect(network_in_use(trained)).to_contain_text("Your network · Quick · Epoch 2 of 3")
    trained.page.click("#restore")
    expect(network_in_use(trained)).to_contain_text("Built-in")
    trained.go_to_epoch(3)
    expect(network_in_use(trained)).to_contain_text("Your network · Quick")


def test_the_test_is_shown_and_its_mistakes_can_be_picked_with_the_keyboard(trained):
    report, mistakes = trained.page.locator("#test-report"), trained.page.locator("#mistakes")
    scores = report.locator("[data-score] dd").all_inner_texts()
    assert len(scores) == 2
    assert all(re.fullmatch(r"[\d.]+%", score) for score in scores)
    assert report.locator("tbody tr").count() == 10
    cell = report.locator("button[data-read-as]").first
    label, said = cell.get_attribute("data-label"), cell.get_attribute("data-read-as")
    cell.focus()
    trained.page.keyboard.press("Enter")
    expect(mistakes.locator("h3")).to_contain_text(f"{label} read as {said}: ")
    assert cell.get_attribute("aria-pressed") == "true"
    assert mistakes.locator("img").count() == int(cell.inner_text())
    for caption in mistakes.locator("figcaption").all_inner_texts():
        assert re.fullmatch(rf"{said} \d+%\s+is {label}", caption)
    row = report.locator(f'button[data-label="{label}"]:not([data-read-as])')
    row.click()
    expect(mistakes.locator("h3")).to_contain_text(f"{label} read as another digit: ")
    assert cell.get_attribute("aria-pressed") == "false"
    row.click()
    expect(mistakes.locator("h3")).to_have_text("Most confident mistakes")
    assert 1 <= mistakes.locator("img").count() <= 12


def test_the_charts_say_the_values_under_the_pointer(trained):
    chart = trained.page.locator("#loss-chart")
    readouts, legend = chart.locator(".readout"), chart.locator(".legend")
    assert not any(readout.is_visible() for readout in readouts.all())
    chart.scroll_into_view_if_needed()
    box = chart.locator(".column").nth(2).bounding_box()
    trained.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    expect(readouts.nth(2)).to_be_visible()
    assert re.fullmatch(
        r"Epoch 2\s*training [\d.]+\s*validation [\d.]+(earlier run [\d.]+)?",
        readouts.nth(2).text_content(),
    )
    expect(legend).to_be_hidden()
    trained.page.mouse.move(2, 2)
    expect(readouts.nth(2)).to_be_hidden()
    expect(legend).to_be_visible()


def test_axe_finds_nothing_serious_in_it_light_or_dark(trained):
    trained.page.locator("#mistakes img").first.wait_for()
    assert serious(trained) == []
    trained.page.emulate_media(color_scheme="dark")
    trained.page.evaluate("document.body.classList.add('dark')")
    assert serious(trained) == []
    trained.page.evaluate("document.body.classList.remove('dark')")
    trained.page.emulate_media(color_scheme="light")


def test_the_network_is_taken_home_and_brought_back(training, new_tab, tmp_path):
    mlp = Mlp.load(training.network)
    assert mlp.hidden == (128,)
    assert (mlp.metadata["preset"], mlp.metadata["epochs"]) == ("quick", 3)
    other = new_tab()
    load(other, training.network)
    other.wait_for_status("Loaded: your network answers")
    note = other.page.locator("#chart-note")
    expect(note).to_contain_text(training.network.name)
    assert other.points("loss-chart") == other.points("accuracy-chart") == 8  # its own history
    np.testing.assert_array_equal(
        Mlp.load(download(other, tmp_path / "again.npz")).weights[0], mlp.weights[0]
    )
    old = tmp_path / "old.npz"
    constant_network(3).mlp.save(old)
    load(other, old)
    expect(note).to_contain_text("does not tell how it was trained")
    assert other.points("loss-chart") == 0


@pytest.mark.slow
def test_another_training_clears_up_and_keeps_the_former_curve(trained):
    trained.go_to_epoch(1)
    expect(network_in_use(trained)).to_contain_text("Epoch 1 of 3")
    trained.prepare_long_training()
    trained.page.click("#retrain")
    trained.page.locator("#time-machine .strip[aria-disabled]").wait_for()
    trained.page.locator("#test-report").wait_for(state="detached")
    trained.wait_for_epoch(3)  # so that there are two to choose from
    assert trained.page.locator("#loss-chart .curve.previous").count() == 1
    assert trained.page.locator("#loss-chart .key.previous").is_visible()
    trained.page.click("#stop")
    trained.wait_for_status("Stopped")
    trained.chosen_epoch().wait_for()
    assert trained.page.locator("#test-report").count() == 0
    reached = int(chosen(trained))
    assert trained.points("loss-chart") == 2 * (reached + 1)
    trained.go_to_epoch(1)
    expect(network_in_use(trained)).to_contain_text("Epoch 1 of 50")
