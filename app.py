"""Serves the page on which anyone draws a digit, uploads one, or trains a network.

Heavy imports stand inside `main`, the package included, since it imports NumPy. So `--help` is
instant, and the child process of a training, which imports this file again, loads no page.
"""

import argparse
import os
import signal
import socket
import sys
import threading


def main() -> int:
    """Parse the flags and serve the page until interrupted; returns the exit status."""
    flags = parse_flags()
    if problem := port_problem(flags.host, flags.port):
        return fail(problem)
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
    from digit_recognizer.ui.launch import close, launch
    from digit_recognizer.ui.page import build_page

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    pool = WorkerPool()
    page = build_page(recognizer, pool, flags.max_trainings)
    try:
        address = launch(page, flags.host, flags.port)
    except OSError:
        return fail(
            port_problem(flags.host, flags.port) or "The page cannot be served at this address."
        )
    print(f"Running on {address} (Ctrl+C stops it)", flush=True)
    stopped.wait()
    pool.close()
    close(page)
    return 0


def parse_flags() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Serve the digit recognizer's page.")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 for every network (%(default)s)",
    )
    parser.add_argument("--port", type=port_number, default=7860, help="port (%(default)s)")
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


def port_number(text: str) -> int:
    """A port, as an argparse type."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not a port; use 1 to 65535")
    return number


def positive(text: str) -> int:
    """A number of at least 1, as an argparse type."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too small; use 1 or more")
    return number


def port_problem(host: str, port: int) -> str | None:
    """A sentence on why the page cannot be served at this address; None if it can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # The server sets this option, too. A port in TIME_WAIT then counts as free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror:
        return f"{host} is not an address of this machine; use --host 127.0.0.1 or 0.0.0.0."
    except PermissionError:
        return f"This account may not use port {port}; choose one above 1023 with --port."
    except OSError:
        return f"Port {port} on {host} is taken; choose another with --port."
    return None


def fail(message: str) -> int:
    """Print why the program ends; returns its exit status."""
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
