"""Files that a handler gives to the browser to save; knows nothing about what is in them."""

from __future__ import annotations

import base64

import gradio as gr

_SAVE = """
(file) => {
  if (!file) return;
  const link = document.createElement('a');
  link.href = file.url;
  link.download = file.orig_name;
  link.click();
}
"""


def save_in_browser(event: gr.events.Dependency, file: gr.components.Component) -> None:
    """After `event`, let the browser save what `file` holds: an `inline_file`, or a file of
    Gradio's."""
    event.then(None, file, js=_SAVE)


def inline_file(content: bytes, media_type: str, name: str) -> dict[str, str]:
    """A file that travels inside its address, so that nothing of it stays on the server."""
    encoded = base64.b64encode(content).decode()
    return {"url": f"data:{media_type};base64,{encoded}", "orig_name": name}
