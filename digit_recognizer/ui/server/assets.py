"""Serves Gradio's assets from memory, for browsers to keep.

A visit asks for some seventy assets. Gradio would read and compress each of them for each visitor
and would not let browsers cache them.
"""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

import brotli
from gradio.routes import BUILD_PATH_LIB
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KEPT_FILES = 500
"""Files kept in memory, compressed and uncompressed ones; the page needs fewer than a hundred."""
COMPRESSED = (".js", ".css", ".svg")
LEAST_COMPRESSED = 400
"""Smaller files, in bytes, are sent uncompressed; any value near this serves."""
FOLDER = Path(BUILD_PATH_LIB)
ENDS_STREAMS = b"addEventListener(`beforeunload`,()=>{"
"""Gradio's page ends its streams, and with them a training, before a visitor who is asked whether
to leave has answered; the browser ends them anyway when the visitor does leave."""
ENDS_NOTHING = b"addEventListener(`never raised`,()=>{"
HEADERS = {
    # The name of an asset contains a hash of its content.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}


def asset_route() -> Route:
    """The route for assets, in place of Gradio's."""
    names = {path.name for path in FOLDER.iterdir()}

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in names:
            raise HTTPException(404)
        accepts_brotli = "br" in request.headers.get("accept-encoding", "")
        return asset(name, accepts_brotli)

    return Route("/assets/{name:path}", answer)


@lru_cache(KEPT_FILES)
def asset(name: str, compress: bool) -> Response:
    """The answer with a file of FOLDER, compressed with Brotli if `compress` and worthwhile.

    The file that has ENDS_STREAMS is sent without it.
    """
    content = (FOLDER / name).read_bytes()
    if name.endswith(".js"):
        content = content.replace(ENDS_STREAMS, ENDS_NOTHING)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = dict(HEADERS)
    if compress and name.endswith(COMPRESSED) and len(content) >= LEAST_COMPRESSED:
        content = brotli.compress(content, quality=5)
        headers["Content-Encoding"] = "br"
    return Response(content, headers=headers, media_type=media_type)
