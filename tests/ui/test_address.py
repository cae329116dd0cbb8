import argparse
import socket

import pytest

from digit_recognizer.ui import address

NONE_GIVEN = {"host": None, "port": None, "root_path": None, "embed_in": None}


def settled(environment, **given) -> dict:
    flags = argparse.Namespace(**NONE_GIVEN | given)
    address.settle(flags, environment)
    return vars(flags)


def test_gradios_variables_are_taken_out_of_the_environment(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", " 7905 ")
    monkeypatch.setenv("GRADIO_ROOT_PATH", "")
    monkeypatch.setenv("GRADIO_NUM_PORTS", "many")
    assert address.take_environment() == {"host": "0.0.0.0", "port": "7905"}
    for variable in (*address.VARIABLES.values(), "GRADIO_NUM_PORTS"):
        assert variable not in address.os.environ
    assert address.take_environment() == {}


def test_flags_win_over_variables_and_variables_over_defaults():
    assert settled({}) == {
        **{"host": "127.0.0.1", "port": 7860, "root_path": "", "embed_in": ()},
    }
    said = {"host": "[::1]", "port": "7905", "root_path": "/digits/"}
    said |= {"embed_in": "https://a.org http://localhost:80/, https://*.B.org"}
    assert settled(said) == {
        **{"host": "::1", "port": 7905, "root_path": "/digits"},
        "embed_in": ["https://a.org", "http://localhost:80", "https://*.b.org"],
    }
    assert settled({"port": "abc"}, port=7000)["port"] == 7000


@pytest.mark.parametrize(
    ("name", "text"), [("port", "abc"), ("port", "0"), ("port", "٣"), ("root_path", "a b")]
)
def test_a_variable_that_cannot_be_used_is_named(name, text):
    with pytest.raises(argparse.ArgumentTypeError, match=address.VARIABLES[name]) as error:
        settled({name: text})
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/digits", "/digits"),
        ("digits/", "/digits"),
        ("/", ""),
        ("", ""),
        ("/~me/a.b/c-d_e", "/~me/a.b/c-d_e"),
        ("https://example.org/digits/", "https://example.org/digits"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_root_path_has_a_slash_before_it_and_none_after(text, path):
    assert address.root_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "/a b",
        "/a/../b",
        "//a",
        "/a?b",
        "/<a>",
        "ftp://a/b",
        "http:///a",
        "http://a/b?c",
        "http://[a",
    ],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not a path"):
        address.root_path(text)


@pytest.mark.parametrize("text", ["", "a b", "http://a", "[]", "a@b"])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="address to listen on"):
        address.host_name(text)


def test_the_address_to_visit_is_one_that_a_browser_opens():
    assert address.visit_address("0.0.0.0", 7860) == "http://localhost:7860"
    assert address.visit_address("::", 7903) == "http://[::1]:7903"
    assert address.visit_address("::1", 7903, "/digits") == "http://[::1]:7903/digits"
    place = address.visit_address("127.0.0.1", 80, "https://example.org/digits")
    assert place == "http://127.0.0.1:80/digits"


def test_a_port_is_free_or_the_reason_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "taken" in address.port_problem("127.0.0.1", port)
    assert address.port_problem("127.0.0.1", port) is None
    for host in ("no.such.host.invalid", "192.0.2.1", "2001:db8::1", "a" * 70):
        assert "not an address of this machine" in address.port_problem(host, port)


def test_loopback_names_are_known():
    assert address.is_loopback("localhost")
    assert address.is_loopback("::1")
    assert not address.is_loopback("0.0.0.0")
    assert not address.is_loopback("example.org")


@pytest.mark.parametrize(
    "text",
    ["*", "a.org", "https://", "https://a.org/x", "https://a.org; script-src *", ""],
)
def test_what_is_no_origin_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not an origin"):
        address.origin(text)


def test_a_space_is_framed_by_its_own_origins(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert address.take_space() == ()
    monkeypatch.setenv("SPACE_ID", "somebody/digits")
    monkeypatch.setenv("SPACE_HOST", "somebody-digits.hf.space,digits.org")
    assert address.take_space() == (
        *("https://huggingface.co", "https://somebody-digits.hf.space", "https://digits.org"),
    )
    assert "SPACE_ID" not in address.os.environ
