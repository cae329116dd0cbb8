"""A tab without a browser: asks the page's routes what the page itself would ask."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlparse

from digit_recognizer.training.config import PRESETS

KEPT_ALIVE = 2
"""The server gives up connections that are idle for longer than about this many seconds."""
TIMEOUT = 60


class Refused(RuntimeError):
    """The server answered with another status than 200."""

    def __init__(self, path: str, status: int, content: str):
        super().__init__(f"{path} answered {status}: {content[:200]}")
        self.status = status


class Visitor:
    """One tab; belongs to one thread at a time."""

    def __init__(self, url: str, session: str, headers: dict[str, str] | None = None):
        self.session = session
        self._address = urlparse(url).netloc
        self._headers = headers or {}
        self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT)
        self._streams: list[tuple[socket.socket, http.client.HTTPResponse]] = []
        self._used_at = 0.0
        config = json.loads(self._request("GET", "/config"))
        names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
        self._functions = {
            (names.get(target), event): dependency["id"]
            for dependency in config["dependencies"]
            for target, event in dependency["targets"]
        }

    def arrive(self) -> None:
        """What the page does when it is opened."""
        for (_, event), function in self._functions.items():
            if event == "load":
                self._call("run/predict", function, [])

    def stay(self) -> None:
        """Keep the connection open by which the server knows that the tab is."""
        response = self._stream(f"/gradio_api/heartbeat/{self.session}")
        assert response.readline().startswith(b"data:")

    def draw(self, strokes: list) -> str:
        """The answer panel for a drawing."""
        answer = self._call("run/predict", self._functions["sketchpad", "input"], [strokes])
        return json.loads(answer)["data"][0]

    def click_retrain(self, preset: str, epochs: int, **fields) -> None:
        """Press Retrain; `fields` are hyperparameters by name. Refused when there is no room."""
        recipe = PRESETS[preset]
        values = {
            "hidden": ", ".join(map(str, recipe.hidden)),
            "batch_size": recipe.batch_size,
            "learning_rate": recipe.learning_rate,
            "augment": recipe.augment,
            "seed": recipe.seed,
        }
        data = [preset, epochs, *(values | fields).values()]
        self._call("queue/join", self._functions["retrain", "click"], data)

    def click_stop(self) -> None:
        """Press Stop."""
        self._call("run/predict", self._functions["stop", "click"], [])

    def listen(self) -> Iterator[str]:
        """What the page is told after Retrain, until the training is over."""
        query = urlencode({"session_hash": self.session})
        for line in self._stream(f"/gradio_api/queue/data?{query}"):
            if line.startswith(b"data:"):
                yield line.decode()
                if b'"process_completed"' in line:
                    break

    def train(self, preset: str, epochs: int, **fields) -> Iterator[str]:
        """Press Retrain; yields what the page is told, until it is over."""
        self.click_retrain(preset, epochs, **fields)
        yield from self.listen()

    def leave(self) -> None:
        """Close the tab; from any thread."""
        self._connection.close()
        for open_socket, response in self._streams:
            with contextlib.suppress(OSError):  # the server was faster
                open_socket.shutdown(socket.SHUT_RDWR)  # whoever reads it now, reads its end
            response.close()
            open_socket.close()
        self._streams.clear()

    def _stream(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT)
        connection.request("GET", path, headers=self._headers)
        open_socket = connection.sock
        response = connection.getresponse()
        self._streams.append((open_socket, response))
        if response.status != 200:
            raise Refused(path, response.status, response.read().decode())
        return response

    def post(self, route: str, call: dict) -> str:
        """The answer to a call of a function, under /gradio_api."""
        return self._request("POST", f"/gradio_api/{route}", json.dumps(call))

    def _call(self, route: str, function: int, data: list) -> str:
        return self.post(route, {"data": data, "fn_index": function, "session_hash": self.session})

    def _request(self, method: str, path: str, body: str | None = None) -> str:
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        if time.monotonic() - self._used_at > KEPT_ALIVE:
            self._connection.close()
        self._connection.request(method, path, body, headers)
        self._used_at = time.monotonic()
        response = self._connection.getresponse()
        content = response.read().decode()
        if response.status != 200:
            raise Refused(path, response.status, content)
        return content
