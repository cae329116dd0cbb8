"""Answers the calls of one function directly, bypassing Gradio's dispatch.

Every visitor calls this function several times a second, and Gradio's dispatch takes as long as
reading a digit. Knows nothing about the function's purpose.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import gradio as gr
from starlette.responses import JSONResponse

from digit_recognizer.ui.server.gate import CALL

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

API_NAME = "draw"
"""The function's `api_name` on the page."""
ROUTE = "/gradio_api/run/predict"

Function = Callable[[object, gr.Request], Awaitable[object]]


class FastLane:
    """ASGI middleware: answers calls of one function in the layout of Gradio's answers.

    index: number of the function on the page. function: takes the value of one input as it was
    sent and returns the value of one output, without Gradio's pre- and postprocessing. The gate
    stands before this middleware and has parsed the call.
    """

    def __init__(self, app: ASGIApp, index: int, function: Function):
        self._app = app
        self._index = index
        self._function = function

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer calls of the function and pass everything else on."""
        if scope["type"] == "http" and scope["path"] == ROUTE:
            call = scope[CALL]
            if call.get("fn_index") == self._index:
                await (await self._answer(call))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, call: dict) -> JSONResponse:
        started = time.perf_counter()
        (value,) = call["data"]
        answer = await self._function(value, gr.Request(session_hash=call.get("session_hash")))
        seconds = time.perf_counter() - started
        return JSONResponse(
            {
                "data": [answer],
                "is_generating": False,
                "duration": seconds,
                "average_duration": seconds,
                "render_config": None,
                "changed_state_ids": [],
            }
        )
