import gradio as gr
import pytest
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from digit_recognizer.ui.fast.fast_lane import FastLane
from digit_recognizer.ui.launch import middleware
from digit_recognizer.ui.root_path import RootPath
from digit_recognizer.ui.server.body_limit import BodyLimit
from digit_recognizer.ui.server.gate import UPLOAD_ROUTE, Gate
from digit_recognizer.ui.server.own_site import OwnSite
from digit_recognizer.ui.server.security_headers import SecurityHeaders
from digit_recognizer.ui.server.sessions import Sessions
from digit_recognizer.ui.server.uploads import Uploads

OWN_SITE = Middleware(OwnSite)


async def strokes_read(value, request: gr.Request):
    return value


def answer_of(one, other):
    return one


def build(api_name: str) -> gr.Blocks:
    """A page with a function of two inputs, one of one input, and one that only the browser has."""
    with gr.Blocks() as page:
        text, number = gr.Textbox(), gr.Number()
        text.submit(answer_of, [text, number], text, api_name="other")
        text.input(strokes_read, text, text, api_name=api_name)
        text.blur(None, text, text, js="(text) => text")
    return page


def layers_of(api_name: str) -> dict[type, dict]:
    return {layer.cls: layer.kwargs for layer in middleware(build(api_name), OWN_SITE)}


def test_strangers_meet_the_limit_for_bodies_before_the_gate_and_the_gate_before_the_fast_lane():
    layers = layers_of("draw")
    guards = [OwnSite, BodyLimit, Gate, Sessions, Uploads]
    assert list(layers) == [SecurityHeaders, GZipMiddleware, *guards, FastLane]
    assert layers[BodyLimit]["others"].keys() == {UPLOAD_ROUTE}
    assert layers[Gate] == {"functions": {0: 2, 1: 1}, "names": {"other": 0, "draw": 1}}
    assert layers[FastLane] == {"index": 1, "function": strokes_read}


def test_the_fast_lane_finds_its_function_by_its_api_name_alone():
    with pytest.raises(KeyError, match="draw"):
        layers_of("strokes_read")


def test_below_a_path_it_is_stripped_before_anything_looks_at_it():
    for root_path in ("/digits", "https://example.org/digits"):
        layers = middleware(build("draw"), OWN_SITE, root_path)
        kinds = [layer.cls for layer in layers[2:5]]
        assert kinds == [OwnSite, RootPath, BodyLimit]
        assert layers[3].kwargs == {"path": "/digits"}
    assert RootPath not in [
        layer.cls for layer in middleware(build("draw"), OWN_SITE, "https://example.org")
    ]
