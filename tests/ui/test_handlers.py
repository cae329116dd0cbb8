import gradio as gr
import pytest

from digit_recognizer.ui.handlers import _time_machine


@pytest.mark.parametrize(("first", "last"), [(1, 1), (4, 4), (1, 2), (3, 10)])
def test_the_time_machine_spans_the_epochs_and_is_always_a_slider_gradio_takes(first, last):
    update = _time_machine(first, last)
    assert update["value"] == last
    assert update["minimum"] == first
    assert update["interactive"] == (first < last)
    slider = gr.Slider(update["minimum"], update["maximum"], update["value"])
    assert slider.maximum >= last
