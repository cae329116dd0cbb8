import gradio as gr
import pytest

from digit_recognizer.ui.answer.answer import AnswerPanel
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.pictures.examples import Examples, example_path
from digit_recognizer.ui.pictures.upload import Upload
from digit_recognizer.ui.visitors.visitors import Visitors
from tests.helpers import REQUEST, constant_network, sent


class Page:
    def __init__(self):
        with gr.Blocks():
            self.answer = AnswerPanel()
            self.upload = Upload(Visitors(constant_network(5)), self.answer)
            self.examples = Examples(self.upload)


@pytest.fixture(scope="module")
def page():
    return Page()


def test_a_picture_is_answered_and_one_that_comes_too_late_changes_nothing(page):
    assert 'data-digit="5"' in page.upload.read(str(example_path(3)), REQUEST)[page.answer]
    refusal = page.upload.refuse(sent({"reason": "type"}), REQUEST)
    assert page.upload.read(None, REQUEST) == refusal


def test_a_file_that_is_no_picture_is_a_sentence(page, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    panel = page.upload.read(str(path), REQUEST)[page.answer]
    assert 'role="alert"' in panel
    assert str(tmp_path) not in panel


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reason": "size"}, texts.FILE_TOO_LARGE),
        ({"reason": "type"}, texts.WRONG_TYPE),
        ({}, texts.WRONG_TYPE),
        (None, texts.WRONG_TYPE),
    ],
)
def test_a_file_that_the_browser_refuses_is_a_sentence(page, data, sentence):
    assert sentence in page.upload.refuse(sent(data), REQUEST)[page.answer]


@pytest.mark.parametrize("digit", range(10))
def test_an_example_is_answered_as_an_upload_is(page, digit):
    changes = page.examples.take(sent({"index": digit}), REQUEST)
    assert list(changes) == [page.answer]
    assert 'data-digit="5"' in changes[page.answer]


@pytest.mark.parametrize("data", [None, {}, *({"index": x} for x in (-1, 10, "3", 3.0, True, []))])
def test_an_example_that_is_not_there_is_refused(page, data):
    with pytest.raises(gr.Error):
        page.examples.take(sent(data), REQUEST)
