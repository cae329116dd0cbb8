"""How events of the page are wired: their settings, their payload, files that the browser saves.

Knows nothing about which events there are.
"""

from __future__ import annotations

import base64
from typing import Any

import gradio as gr

AT_ONCE = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For quick answers: one request there and back is about 20 ms faster than the queue's two."""
QUEUED = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
"""For what takes its time: one at a time, the others wait."""
STREAMED = {**QUEUED, "concurrency_limit": None}
"""For generators that wait in a line of their own."""

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
    """What the browser sent with an event, untrusted; empty unless it is an object."""
    return event._data if isinstance(event._data, dict) else {}


def save_in_browser(event: gr.events.Dependency, file: gr.components.Component) -> None:
    """After `event`, let the browser save the file that the component `file` holds.

    The component's value is an `inline_file`, or a file of Gradio's.
    """
    event.then(None, file, js=_SAVE)


def inline_file(content: bytes, media_type: str, name: str) -> dict[str, str]:
    """A file that travels inside its address, so that nothing of it stays on the server."""
    encoded = base64.b64encode(content).decode()
    return {"url": f"data:{media_type};base64,{encoded}", "orig_name": name}
