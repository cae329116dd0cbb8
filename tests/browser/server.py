"""Starts `python app.py` the way anyone would, and looks at its processes."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 180


@dataclass
class Server:
    """A running `app.py`."""

    url: str
    process: subprocess.Popen

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; returns the exit status and what was written to stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors

    def workers(self) -> set[int]:
        """Process ids of the children that train or wait for a training."""
        return {
            pid
            for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if parent_of(pid) == self.process.pid and "spawn_main" in command_of(pid)
        }


def free_port() -> int:
    """A port that nobody listens on; of those that no system hands out to clients."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)  # not from `random`, which tests seed
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running_server(
    *flags: str,
    options: Sequence[str] = (),
    folder: Path = ROOT,
    port: int | None = None,
    **environment: str,
) -> Iterator[Server]:
    """`python app.py`, answering; killed at the end if it still runs.

    flags: of app.py. options: of Python. folder: where it is started. port: a free one if None.
    """
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, *options, str(ROOT / "app.py"), "--port", str(port), *flags],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            with urllib.request.urlopen(server.url + "/healthz", timeout=5) as response:
                assert response.status == 200
                return
        except OSError:
            if server.process.poll() is not None:
                raise RuntimeError(server.process.stderr.read()) from None
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def wait_until_served(url: str) -> None:
    """Until there is a page, of whatever kind."""
    while True:
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except OSError:
            time.sleep(0.1)


def wait_for(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def parent_of(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(status.rpartition(")")[2].split()[1])


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
