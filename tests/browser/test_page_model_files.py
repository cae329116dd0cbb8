import re

import pytest

from tests.browser.digit_page import DIGITS, DigitPage
from tests.helpers import constant_network


def download(tab: DigitPage, path):
    tab.open_more()
    with tab.page.expect_download() as waiting:
        tab.page.click("#download-model")
    assert waiting.value.suggested_filename.endswith(".npz")
    waiting.value.save_as(path)
    return path


def load(tab: DigitPage, file) -> None:
    tab.open_more()
    with tab.page.expect_file_chooser() as waiting:
        tab.page.click("#load-model")
    waiting.value.set_files(file)


def network_in_use(tab: DigitPage) -> str:
    return tab.page.locator("#model-in-use").inner_text()


@pytest.fixture
def model(tmp_path):
    """The file of a network that says 6 whatever it sees."""
    path = tmp_path / "sixes.npz"
    constant_network(6).mlp.save(path)
    return path


def test_a_loaded_network_answers_until_restored(tab, model):
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    load(tab, model)
    tab.wait_for_status("Loaded: your network answers")
    tab.expect_digit(6)
    assert "sixes.npz" in network_in_use(tab)
    tab.page.click("#restore")
    tab.expect_digit(7)
    assert "Built-in" in network_in_use(tab)


def test_a_wrong_file_is_refused_in_the_status_and_the_same_button_works_again(tab, model):
    for name in ("wrong.npz", "<b>note.txt"):
        load(tab, {"name": name, "mimeType": "text/plain", "buffer": b"no network"})
        said = tab.wait_for_status("is not a network")
        assert re.search(r"(wrong\.npz|note\.txt) is not a network saved by this program", said)
        assert "/" not in said.replace(".npz", "")
        assert "Built-in" in network_in_use(tab)
    assert tab.page.locator("[data-testid=toast-body]").count() == 0
    load(tab, model)
    tab.wait_for_status("Loaded: your network answers")
