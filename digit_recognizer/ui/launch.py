"""Serves the page and sets every option of the server; knows nothing about the page's parts."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from urllib.parse import urlsplit

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from digit_recognizer.ink.decoding import MAX_FILE_BYTES
from digit_recognizer.ui.address import in_address, is_loopback
from digit_recognizer.ui.embedding import Embedding
from digit_recognizer.ui.fast import fast_lane
from digit_recognizer.ui.fast.assets import FOR_GOOD, asset_address, asset_route
from digit_recognizer.ui.fast.fast_lane import FastLane
from digit_recognizer.ui.language import language
from digit_recognizer.ui.pictures.examples import FOLDER as EXAMPLES_FOLDER
from digit_recognizer.ui.root_path import RootPath
from digit_recognizer.ui.server.body_limit import BodyLimit
from digit_recognizer.ui.server.connections import limit_connections
from digit_recognizer.ui.server.gate import UPLOAD_ROUTE, Gate
from digit_recognizer.ui.server.own_site import OwnSite
from digit_recognizer.ui.server.security_headers import SecurityHeaders
from digit_recognizer.ui.server.sessions import Sessions
from digit_recognizer.ui.server.uploads import Uploads
from digit_recognizer.ui.theme import make_theme, style_sheet
from digit_recognizer.ui.training.model_files import MAX_UPLOAD_BYTES

MAX_SESSIONS = 500
"""Sessions whose state Gradio keeps."""
MAX_QUEUED = 100
"""Calls that wait in Gradio's queue; it answers 503 to more, and its page shows a sentence."""
COMPRESSION = 6
"""Level of gzip, up to 9: the page's HTML is hardly smaller at 9."""
NOT_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "text/plain")
"""Pictures, event streams, and networks for download, which Gradio calls one of the last two."""
MULTIPART_BYTES = 2**20
"""Room for the multipart headers around an uploaded file."""


def launch(
    page: gr.Blocks,
    host: str,
    port: int,
    root_path: str = "",
    embed_in: Collection[str] = (),
    allowed_hosts: Collection[str] = (),
    trusted_proxies: Collection[str] = (),
) -> None:
    """Serve `page` in the background.

    host: without brackets. root_path: where a proxy serves the page, see `address.root_path`.
    embed_in: origins whose pages may show this one in a frame.
    allowed_hosts: names that the page has. trusted_proxies: addresses, see `OwnSite`.
    Raises OSError when the port is taken.
    """
    named = {urlsplit(root_path).hostname, *allowed_hosts} - {None}
    own_site = Middleware(
        OwnSite, hosts=named, is_open=not is_loopback(host), proxies=trusted_proxies
    )
    # Uvicorn would believe every program of this machine; `OwnSite` decides whom to believe.
    os.environ["FORWARDED_ALLOW_IPS"] = ""

    async def theme_css(request: Request) -> Response:
        # Its address has a hash of its content.
        return Response(page.theme_css, headers=FOR_GOOD, media_type="text/css")

    catalogs = language.catalog_paths()
    limit_connections()
    page.queue(api_open=False, default_concurrency_limit=4, max_size=MAX_QUEUED)
    page.launch(
        server_name=in_address(host),
        server_port=port,
        root_path=root_path,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        share=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        state_session_capacity=MAX_SESSIONS,
        max_file_size=max(MAX_FILE_BYTES, MAX_UPLOAD_BYTES),
        allowed_paths=[str(EXAMPLES_FOLDER)],
        footer_links=[],
        theme=make_theme(),
        # Not `css`: Gradio rewrites it, and rules inside @media then miss the outermost elements.
        head=f"<style>{style_sheet()}</style>"
        + language.head({code: asset_address(path) for code, path in catalogs.items()}),
        app_kwargs={
            "routes": [
                Route("/healthz", _health),
                asset_route([*catalogs.values(), *EXAMPLES_FOLDER.iterdir()]),
                Route("/theme.css", theme_css),
            ],
            "middleware": [
                *([Middleware(Embedding, origins=embed_in)] if embed_in else []),
                *middleware(page, own_site, root_path),
            ],
        },
    )


def middleware(page: gr.Blocks, own_site: Middleware, root_path: str = "") -> list[Middleware]:
    """The middleware between the internet and Gradio, outermost first."""
    functions = {index: fn for index, fn in page.fns.items() if fn.fn is not None}
    inputs = {index: len(fn.inputs) for index, fn in functions.items()}
    names = {fn.api_name: index for index, fn in functions.items() if fn.api_name}
    fast = names[fast_lane.API_NAME]
    below = urlsplit(root_path).path
    return [
        Middleware(SecurityHeaders),
        Middleware(GZipMiddleware, compresslevel=COMPRESSION, exclude_content_types=NOT_COMPRESSED),
        own_site,
        *([Middleware(RootPath, path=below)] if below else []),
        Middleware(BodyLimit, others={UPLOAD_ROUTE: MAX_UPLOAD_BYTES + MULTIPART_BYTES}),
        Middleware(Gate, functions=inputs, names=names),
        Middleware(Sessions, page=page),
        Middleware(Uploads),
        Middleware(FastLane, index=fast, function=functions[fast].fn),
    ]


async def _health(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def close(page: gr.Blocks) -> None:
    """Stop serving at once, without waiting for open connections."""
    # uvicorn logs a traceback for each connection that is cut off.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
    page.server.force_exit = True
    page.close(verbose=False)
