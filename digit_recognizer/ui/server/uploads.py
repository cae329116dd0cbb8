"""Ends uploads well: what a broken one has written goes at once, and it leaves no traceback.

Gradio deletes neither the file of an upload that breaks off nor one that came under another name
than it expects. Knows nothing about the content of uploads.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradio import route_utils
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from digit_recognizer.ui.server.gate import UPLOAD_ROUTE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MAX_AT_ONCE = 32
"""Uploads that are taken at a time, each with up to 1 MB in memory; the others wait, unread."""
_log = logging.getLogger(__name__)
_written: ContextVar[list] = ContextVar("_written")
"""The temporary files of the request that is being answered."""
_make_file = route_utils.NamedTemporaryFile


def _make_noted_file(*arguments: Any, **settings: Any) -> Any:
    file = _make_file(*arguments, **settings)
    _written.get([]).append(file)
    return file


route_utils.NamedTemporaryFile = _make_noted_file


class Uploads:
    """ASGI middleware around the upload route.

    Gradio renames the temporary file of an upload that it accepts, so the ones that are left at the
    end belong to nobody. The query goes: with an `upload_id`, which the page does not use, Gradio
    keeps a table of progress that it never empties.
    """

    def __init__(self, app: ASGIApp):
        self._app = app
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer an upload that Gradio cannot take with a sentence."""
        if scope["type"] != "http" or scope["path"] != UPLOAD_ROUTE:
            await self._app(scope, receive, send)
            return
        async with self._turns:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        _written.set(files := [])
        try:
            await self._app({**scope, "query_string": b""}, receive, send)
        except ClientDisconnect:
            pass  # nobody is left to answer
        except Exception as error:
            _log.warning("An upload failed: %r", error)
            full = isinstance(error, OSError)
            said = "The server has no room for this file now." if full else "This is no upload."
            await JSONResponse({"detail": said}, 507 if full else 400)(scope, receive, send)
        finally:
            for file in files:
                with suppress(OSError):
                    file.close()
                with suppress(OSError):
                    Path(file.name).unlink(missing_ok=True)
