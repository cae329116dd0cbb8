import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from digit_recognizer.ui.server.own_site import OwnSite


def ask(headers: dict[str, str], client: str = "10.0.0.1", **settings):
    """The answer of a server that tells the headers that arrive."""

    async def tell(request: Request) -> JSONResponse:
        return JSONResponse(dict(request.headers))

    app = Starlette(
        routes=[Route("/", tell, methods=["GET", "POST"])],
        middleware=[Middleware(OwnSite, **settings)],
    )
    return TestClient(app, client=(client, 50_000)).post("/", headers=headers)


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:7860", "127.8.8.8", "[::1]:7860"])
def test_a_page_of_this_machine_answers_its_own_names(host):
    assert ask({"Host": host}).status_code == 200
    assert ask({"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "evil.test:7860", "127.0.0.1.evil.test", "", "a b"])
def test_a_page_of_this_machine_answers_no_other_name_and_says_how_it_would(host):
    answer = ask({"Host": host})
    assert answer.status_code == 400
    assert "--allowed-hosts" in answer.json()["detail"]


def test_a_page_with_names_answers_these_alone():
    for is_open in (True, False):
        settings = {"hosts": ["Digits.example.org"], "is_open": is_open}
        assert ask({"Host": "digits.example.org"}, **settings).status_code == 200
        assert ask({"Host": "localhost"}, **settings).status_code == 200  # for checks of health
        assert ask({"Host": "evil.test"}, **settings).status_code == 400


def test_a_page_for_every_network_answers_any_name_that_is_one():
    assert ask({"Host": "teacher:7860"}, is_open=True).status_code == 200
    assert ask({"Host": "x\x01"}, is_open=True).status_code == 400


@pytest.mark.parametrize(
    "origin",
    ["http://evil.test", "null", "http://localhost:3000", "http://localhost", "http://[", ""],
)
def test_other_sites_are_refused(origin):
    answer = ask({"Host": "localhost:7860", "Origin": origin}, is_open=True)
    assert answer.status_code == 403


def test_a_page_that_frames_this_one_may_use_it():
    headers = {"Host": "localhost:7860", "Origin": "https://school.example"}
    assert ask(headers).status_code == 403
    assert ask(headers, origins=["https://school.example"]).status_code == 200


def test_a_proxy_that_hides_the_name_may_be_told_it():
    headers = {"Host": "127.0.0.1:7860", "Origin": "https://digits.example.org"}
    assert ask(headers, hosts=["digits.example.org"]).status_code == 200


FORWARDED = {"X-Forwarded-Host": "digits.example.org", "X-Forwarded-Proto": "https"}


def test_only_a_proxy_that_is_named_says_where_the_page_is():
    headers = {"Host": "localhost", **FORWARDED}
    settings = {"hosts": ["digits.example.org"]}
    assert "x-forwarded-host" not in ask(headers, **settings).json()
    assert "x-forwarded-proto" not in ask(headers, proxies=["10.0.0.2"], **settings).json()
    for proxies in (["10.0.0.1"], ["*"]):
        told = ask(headers, proxies=proxies, **settings).json()
        assert {name: told[name.lower()] for name in FORWARDED} == FORWARDED
    assert (
        ask({"Host": "localhost", "X-Forwarded-Host": "evil.test"}, proxies=["*"]).status_code
        == 400
    )


def test_headers_that_bring_gradio_down_do_not_arrive():
    sent = {"Host": "localhost", "X-Gradio-Server": "x\x01", "Range": "bytes=0-0,2-2"}
    assert ask(sent, proxies=["*"]).json().keys().isdisjoint({"x-gradio-server", "range"})
