import inspect

import gradio as gr
import pytest

from digit_recognizer.ui.page import build_page
from digit_recognizer.ui.pictures.examples import example_path
from digit_recognizer.ui.server.guarded_blocks import GuardedBlocks
from tests.helpers import ScriptedPool, constant_network


@pytest.fixture(scope="module")
def page() -> GuardedBlocks:
    return build_page(constant_network(5), ScriptedPool())


def handler(page, api_name):
    (function,) = [fn.fn for fn in page.fns.values() if fn.api_name == api_name]
    return function.__wrapped__  # without the wait for its turn to decode a file


def test_every_handler_is_wired_with_as_many_inputs_as_it_takes(page):
    for function in page.fns.values():
        if function.fn is None:  # the browser does it
            continue
        parameters = inspect.signature(function.fn).parameters
        taken = [name for name in parameters if name not in ("request", "event")]
        expected = 1 if function.inputs_as_dict else len(function.inputs)
        assert len(taken) == expected, function.name


def test_the_api_gives_the_probability_of_each_digit(page):
    predict = handler(page, "predict")
    answer = predict(str(example_path(3)))
    assert list(answer) == list("0123456789")
    assert max(answer, key=answer.get) == "5"
    assert sum(answer.values()) == pytest.approx(1)


@pytest.mark.parametrize("path", [None, __file__])
def test_the_api_answers_what_it_cannot_read_with_a_sentence(page, path):
    with pytest.raises(gr.Error) as error:
        handler(page, "predict")(path)
    assert error.value.message.endswith(".")


def test_programs_see_one_function(page):
    public = {fn.api_name for fn in page.fns.values() if fn.api_visibility == "public"}
    assert public == {"predict"}
