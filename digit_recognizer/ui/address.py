"""The address that the page is served at: what flags and Gradio's environment variables say.

Uses the standard library only, so that faults are told before anything heavy is loaded.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

VARIABLES = {
    "host": "GRADIO_SERVER_NAME",
    "port": "GRADIO_SERVER_PORT",
    "root_path": "GRADIO_ROOT_PATH",
    "embed_in": "DIGIT_RECOGNIZER_EMBED_IN",
}
"""Variables, most of them Gradio's, by the names of the flags that they stand in for."""
_UNUSED = ("GRADIO_NUM_PORTS",)
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_ORIGIN = re.compile(r"(https?://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?)/?", re.I | re.A)
_SEGMENTS = re.compile(r"(/[\w.~-]+)*", re.ASCII)


def take_environment() -> dict[str, str]:
    """What VARIABLES say, by the names of the flags; they leave the environment.

    Gradio reads the variables when it is imported, and fails on some values.
    """
    for variable in _UNUSED:
        os.environ.pop(variable, None)
    taken = {name: os.environ.pop(variable, "") for name, variable in VARIABLES.items()}
    return {name: text.strip() for name, text in taken.items() if text.strip()}


def take_space() -> tuple[str, ...]:
    """The origins that frame this page if it is a Hugging Face Space; none anywhere else.

    SPACE_ID leaves the environment, since Gradio would start to watch for changes of the program.
    """
    if not os.environ.pop("SPACE_ID", ""):
        return ()
    hosts = filter(None, os.environ.get("SPACE_HOST", "").split(","))
    return ("https://huggingface.co", *(origin(f"https://{host.strip()}") for host in hosts))


def settle(flags: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Set the flags that were not given: to the environment's value, or else to the default.

    Raises argparse.ArgumentTypeError with a sentence on a value that cannot be used.
    """
    for name, (convert, default) in _SETTINGS.items():
        if getattr(flags, name) is not None:
            continue
        try:
            value = convert(environment[name]) if name in environment else default
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(f"{VARIABLES[name]}: {error}.") from error
        setattr(flags, name, value)


def host_name(text: str) -> str:
    """A host without the brackets of an IPv6 address, as an argparse type."""
    host = text[1:-1] if re.fullmatch(r"\[.*\]", text) else text
    if not host or re.search(r"[\s/\[\]@]", host):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an address to listen on; use 127.0.0.1, 0.0.0.0 or ::"
        )
    return host


def port_number(text: str) -> int:
    """A port, as an argparse type."""
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use 1 to 65535")
    return int(text)


def root_path(text: str) -> str:
    """A path like /digits, or an address that ends in one, as an argparse type.

    It has no slash at the end; the root of a site is the empty text.
    """
    path = text.rstrip("/")
    try:
        parts = urlsplit(path)
        has_host = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        has_host = False
    below = parts.path if has_host else path
    if not has_host and below and not below.startswith("/"):
        path = below = f"/{below}"
    dots = {".", ".."} & set(below.split("/"))
    rest = has_host and (parts.query or parts.fragment)
    if not _SEGMENTS.fullmatch(below) or dots or rest:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a path; use one like /digits or https://example.org/digits"
        )
    return path


def origin(text: str) -> str:
    """An origin like https://example.org, as an argparse type; *. stands for any name below."""
    found = _ORIGIN.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an origin; use one like https://example.org or https://*.example.org"
        )
    return found[1].lower()


def _origins(text: str) -> list[str]:
    return [origin(each) for each in re.split(r"[\s,]+", text)]


_SETTINGS = {
    "host": (host_name, "127.0.0.1"),
    "port": (port_number, 7860),
    "root_path": (root_path, ""),
    "embed_in": (_origins, ()),
}


def in_address(host: str) -> str:
    """A host as it stands in an address: an IPv6 address has brackets there."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether a host, without brackets, leads to this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def visit_address(host: str, port: int, path: str = "") -> str:
    """Where a browser on this machine finds the page."""
    own = {"0.0.0.0": "localhost", "::": "::1"}.get(host, host)
    return f"http://{in_address(own)}:{port}{urlsplit(path).path}"


def port_problem(host: str, port: int) -> str | None:
    """A sentence on why the page cannot be served at this address; None if it can."""
    not_here = f"{host} is not an address of this machine; use --host 127.0.0.1 or 0.0.0.0."
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # The server sets these options, too. A port in TIME_WAIT then counts as free; on
            # Windows, a taken one would, too.
            if os.name != "nt":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind(address)
    except (socket.gaierror, UnicodeError):
        return not_here
    except PermissionError:
        return f"This account may not use port {port}; choose one above 1023 with --port."
    except OSError as error:
        if error.errno in _NOT_HERE:
            return not_here
        return f"Port {port} on {host} is taken; choose another with --port."
    return None
