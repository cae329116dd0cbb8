"""Wiring of the page's events: their settings, their payload, files that the browser saves.

Knows nothing about which events there are.
"""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

AT_ONCE = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For quick answers: one request there and back is about 20 ms faster than the queue's two."""
QUEUED = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
"""For slow handlers: one call runs at a time, the others wait."""
STREAMED = {**QUEUED, "concurrency_limit": None}
"""For generators that have their own line."""

_SAVE = """
(file) => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}
"""


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
