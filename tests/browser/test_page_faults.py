"""What a visitor notices when the connection or the server goes away, or a second tab is open."""

import pytest

from tests.browser.digit_page import DIGITS, DigitPage
from tests.browser.server import running_server, wait_for
from tests.helpers import constant_network


@pytest.fixture
def lonely_tab(chromium):
    """Opens a tab that may log what a broken connection makes the browser log."""
    contexts = []

    def open_tab(url):
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}))
        return DigitPage(contexts[-1].new_page()).open(url)

    yield open_tab
    for context in contexts:
        context.close()


def test_what_is_drawn_offline_is_answered_when_the_connection_is_back(server, lonely_tab):
    tab = lonely_tab(server.url)
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    tab.page.context.set_offline(True)
    tab.page.click("#clear")
    tab.draw(DIGITS[0])
    assert tab.digit() == 7
    tab.page.context.set_offline(False)
    tab.expect_digit(0)


def test_a_reload_keeps_the_sheet_and_a_new_visit_begins_with_an_empty_one(tab):
    tab.draw(DIGITS[3])
    tab.expect_digit(3)
    tab.page.reload()
    tab.expect_digit(3)
    tab.page.click("#undo")
    tab.expect_no_digit()
    other = DigitPage(tab.page.context.new_page()).open(tab.page.url)
    assert other.digit() is None
    assert other.ink() == 0


@pytest.mark.slow
def test_a_server_that_was_started_again_answers_what_is_on_the_sheet(lonely_tab, tmp_path):
    model = tmp_path / "sixes.npz"  # so that the answer can come from the second server only
    constant_network(6).mlp.save(model)
    with running_server() as server:
        tab = lonely_tab(server.url)
        tab.draw(DIGITS[1])
        tab.expect_digit(1)
        port = int(server.url.rpartition(":")[2])
        server.stop()
    tab.page.click("#clear")
    tab.draw(DIGITS[7])
    tab.page.get_by_text("Connection to the server was lost").first.wait_for()
    with running_server("--model", str(model), port=port) as server:
        tab.expect_digit(6)
        assert server.stop() == (0, "")


def test_a_full_queue_is_a_sentence_on_the_page(server, lonely_tab):
    tab = lonely_tab(server.url)
    tab.page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": ""}))
    tab.page.click("#retrain")
    tab.page.get_by_text("This application is currently busy").first.wait_for()
    assert tab.page.locator("#retrain").is_enabled()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)


@pytest.mark.slow
def test_two_tabs_of_one_visitor_do_not_disturb_each_other(tab):
    tab.prepare_long_training()
    tab.draw(DIGITS[1])
    tab.page.click("#retrain")
    tab.wait_for_epoch(1)
    other = DigitPage(tab.page.context.new_page()).open(tab.page.url)
    other.draw(DIGITS[7])
    other.expect_digit(7)
    assert "Built-in" in other.page.locator("#model-in-use").inner_text()
    assert "No training" in other.status.inner_text()
    other.page.close()
    tab.page.bring_to_front()
    tab.wait_for_epoch(2)  # so that there is a network to keep
    before = tab.status.inner_text()
    assert wait_for(lambda: tab.wait_for_status("Epoch") != before, 30)
    tab.page.click("#stop")
    tab.wait_for_status("Stopped", seconds=10)
    assert "Your network" in tab.page.locator("#model-in-use").inner_text()
