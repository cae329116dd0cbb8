"""Wiring of the page's events: their settings, their payload, files that the browser saves.

Knows nothing about which events there are.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any

import gradio as gr
from anyio import CapacityLimiter, to_thread

AT_ONCE = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For quick answers: one request there and back is about 20 ms faster than the queue's two."""
QUEUED = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
"""For slow handlers: one call runs at a time, the others wait."""
STREAMED = {**QUEUED, "concurrency_limit": None}
"""For generators that have their own line."""

MAX_DECODING = 2
"""Files that are decoded at once, of all visitors: one takes up to 250 MB."""
_decoding = CapacityLimiter(MAX_DECODING)

_SAVE = """
(file) => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}
"""


def few_at_once(handler: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """A handler that decodes a file, run in a thread when at most MAX_DECODING do; it waits first.

    Whoever waits holds none of Gradio's threads.
    """

    @wraps(handler)
    async def later(*values: Any) -> Any:
        return await to_thread.run_sync(partial(handler, *values), limiter=_decoding)

    return later


def payload(event: gr.EventData) -> dict[str, Any]:
    """An event's data from the browser, untrusted; empty unless it is an object."""
    return event._data if isinstance(event._data, dict) else {}


def save_in_browser(event: gr.events.Dependency, file: gr.components.Component) -> None:
    """After `event`, let the browser save the file that the component `file` holds.

    The component's value is an `inline_file` or one of Gradio's files.
    """
    event.then(None, file, js=_SAVE)


def inline_file(content: bytes, media_type: str, name: str) -> dict[str, str]:
    """A file inside its own address, so that the server keeps no copy."""
    encoded = base64.b64encode(content).decode()
    return {"url": f"data:{media_type};base64,{encoded}", "orig_name": name}
