"""Serves Gradio's assets, and files of ours, from memory, for browsers to keep.

A visit asks for some seventy assets. Gradio would read and compress each of them for each visitor
and would not let browsers cache them.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from gradio.routes import BUILD_PATH_LIB
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

KEPT_FILES = 500
"""Files kept in memory, compressed and uncompressed ones; the page needs fewer than a hundred."""
PIECE = 2**14
"""Bytes. The server waits for a client once it holds 64 kB for it, and at most a piece more."""
COMPRESSED = (".js", ".css", ".svg", ".json")
QUALITY = 10
"""Of Brotli, up to 11: the page's assets take 0.3 s once and are a sixteenth smaller than at 5."""
LEAST_COMPRESSED = 400
"""Smaller files, in bytes, are sent uncompressed; any value near this serves."""
FOLDER = Path(BUILD_PATH_LIB)
ENDS_STREAMS = b"addEventListener(`beforeunload`,()=>{"
"""Gradio's page ends its streams, and with them a training, before a visitor who is asked whether
to leave has answered; the browser ends them anyway when the visitor does leave."""
ENDS_NOTHING = b"addEventListener(`never raised`,()=>{"
FOR_GOOD = {
    # The name of an asset contains a hash of its content.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}


def asset_address(path: Path) -> str:
    """Where the page finds a file of ours that `asset_route` serves."""
    return f"./assets/{_name(path)}"


def asset_route(own: Iterable[Path] = ()) -> Route:
    """The route for assets, in place of Gradio's. own: files of ours that are assets, too."""
    paths = {path.name: path for path in FOLDER.iterdir()} | {_name(path): path for path in own}

    kept = lru_cache(KEPT_FILES)(asset)

    async def answer(request: Request) -> Response:
        path = paths.get(request.path_params["name"])
        if path is None:
            raise HTTPException(404)
        accepts_brotli = "br" in request.headers.get("accept-encoding", "")
        return kept(path, accepts_brotli)

    return Route("/assets/{name:path}", answer)


def _name(path: Path) -> str:
    """A name that contains a hash of the content, as Gradio's assets have."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return f"{path.stem}-{digest}{path.suffix}"


class InPieces(Response):
    """An answer that waits for its client to read on, so that one who does not holds one piece."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        # A copy of the headers, since middleware changes them and the answer is used again.
        headers = list(self.raw_headers)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for end in range(PIECE, max(len(self.body), 1) + PIECE, PIECE):
            piece, more = self.body[end - PIECE : end], end < len(self.body)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
            await asyncio.sleep(0)  # else the server would not notice that the client has gone


def asset(path: Path, compress: bool) -> Response:
    """The answer with a file, compressed with Brotli if `compress` and worthwhile.

    The file that has ENDS_STREAMS is sent without it.
    """
    content = path.read_bytes()
    if path.suffix == ".js":
        content = content.replace(ENDS_STREAMS, ENDS_NOTHING)
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = dict(FOR_GOOD)
    if compress and path.suffix in COMPRESSED and len(content) >= LEAST_COMPRESSED:
        content = brotli.compress(content, quality=QUALITY)
        headers["Content-Encoding"] = "br"
    return InPieces(content, headers=headers, media_type=media_type)
