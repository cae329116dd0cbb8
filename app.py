"""Serves the page on which anyone draws a digit, uploads one, or trains a network.

Heavy imports stand inside `main`. So `--help` is instant, and the child process of a training,
which imports this file again, loads no page.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import importlib.util
import os
import signal
import sys
import threading

from digit_recognizer.ui import address

M_ARENA_MAX = -8
"""Of glibc's mallopt."""
NO_PAGE = (
    "Gradio is not installed, so there is no page; install it with: "
    'pip install -r requirements.txt, or as an extra: pip install ".[page]"'
)
PYTHONS = ((3, 11), (3, 13))
"""The oldest and the newest Python that TensorFlow and this program are for."""


def main() -> int:
    """Parse the flags and serve the page until interrupted; returns the exit status."""
    if problem := python_problem(sys.version_info[:2]):
        print(problem, file=sys.stderr)  # what does not work follows, if anything
    environment = address.take_environment()
    space = address.take_space()
    flags = parse_flags(on_space=bool(space))
    try:
        address.settle(flags, environment)
    except argparse.ArgumentTypeError as error:
        return fail(str(error))
    if problem := address.port_problem(flags.host, flags.port):
        return fail(problem)
    if not importlib.util.find_spec("gradio"):
        return fail(NO_PAGE)
    # One thread for NumPy's matrix products: more threads would make visitors slow each other down.
    # NumPy, Gradio and (in the child) TensorFlow read these variables when they are imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    from digit_recognizer.errors import BadModel
    from digit_recognizer.recognizer import Recognizer

    try:
        recognizer = Recognizer.load(flags.model) if flags.model else Recognizer.load()
    except BadModel as error:
        return fail(str(error))

    from digit_recognizer.training.worker import WorkerPool
    from digit_recognizer.ui.own_folder import OwnFolder

    try:
        folder = OwnFolder()  # before Gradio, whose components remember it
    except OSError as error:
        return fail(f"There is no room for uploads: {error}. Name a folder in $GRADIO_TEMP_DIR.")

    from digit_recognizer.ui.launch import close, launch
    from digit_recognizer.ui.page import build_page

    stopped = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), lambda *_: stopped.set())
    pool = WorkerPool()
    page = build_page(recognizer, pool, flags.max_trainings)
    try:
        launch(
            page,
            flags.host,
            flags.port,
            flags.root_path,
            embed_in=[*flags.embed_in, *space],
            allowed_hosts=flags.allowed_hosts,
            trusted_proxies=flags.trusted_proxy,
        )
    except OSError:
        folder.close()
        problem = address.port_problem(flags.host, flags.port)
        return fail(problem or "The page cannot be served at this address.")
    limit_arenas()
    # The page stays as it is: the garbage collector, which a large drawing's JSON calls dozens of
    # times, need not go through all of it again.
    gc.freeze()
    place = address.visit_address(flags.host, flags.port, flags.root_path)
    print(f"Running on {place} (Ctrl+C stops it)", flush=True)
    while not stopped.wait(1):  # without a limit, Windows would not see Ctrl+C
        pass
    pool.close()
    close(page)
    folder.close()
    return 0


def parse_flags(on_space: bool) -> argparse.Namespace:
    """The command line; None for a part of the address that is not given."""
    parser = argparse.ArgumentParser(
        description="Serve the digit recognizer's page.",
        epilog="Where a flag is not given, these variables count: "
        f"{', '.join(address.VARIABLES.values())}.",
    )
    parser.add_argument(
        "--host",
        type=address.host_name,
        help="address to listen on; 0.0.0.0 or :: for every network (127.0.0.1)",
    )
    parser.add_argument("--port", type=address.port_number, help="port (7860)")
    parser.add_argument(
        "--root-path",
        type=address.root_path,
        metavar="PATH",
        help="path that a proxy serves the page below, for example /digits; "
        "the proxy may strip it or keep it",
    )
    parser.add_argument(
        "--embed-in",
        nargs="+",
        type=address.origin,
        metavar="ORIGIN",
        help="sites that may show the page in a frame, for example https://example.org (none; "
        "on Hugging Face Spaces its own)",
    )
    parser.add_argument(
        "--allowed-hosts",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names in the page's address, where a proxy serves it (any name on other addresses "
        "than this machine's own; on those localhost and the like)",
    )
    parser.add_argument(
        "--trusted-proxy",
        nargs="+",
        # The proxy of Hugging Face Spaces is the only way there, from changing addresses.
        default=["*"] if on_space else [],
        metavar="ADDRESS",
        help="proxy whose X-Forwarded headers say how the page is reached; * for any (none)",
    )
    parser.add_argument(
        "--model", help="network that answers, an .npz from train.py (default: the built-in one)"
    )
    parser.add_argument(
        "--max-trainings",
        type=positive,
        default=1,
        metavar="N",
        help="trainings at once, of all visitors; others wait in line (%(default)s)",
    )
    return parser.parse_args()


def positive(text: str) -> int:
    """A number of at least 1, as an argparse type."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too small; use 1 or more")
    return number


def limit_arenas() -> None:
    """Let glibc take memory for all threads from two places, so that more of it goes back.

    Each of the page's forty threads would keep what the largest picture needed.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # of another C library
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def python_problem(version: tuple[int, int]) -> str | None:
    """A sentence on why this Python may not do; None if it does."""
    oldest, newest = PYTHONS
    if oldest <= version <= newest:
        return None
    spoken = [".".join(map(str, each)) for each in (version, oldest, newest)]
    return "This is Python {}; TensorFlow, which trains, needs Python {} to {}.".format(*spoken)


def fail(message: str) -> int:
    """Print why the program ends; returns its exit status."""
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
