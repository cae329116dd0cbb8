"""Serves two replicas of the page behind nginx, kills one, and measures what visitors notice.

    python tests/benchmarks/replicas.py

nginx runs with the configuration of digit_recognizer/ui/server/README.md; only the ports and the
log differ. Twenty visitors draw through it and one trains; each answer is compared with the one
that the drawing must get. Then one replica is killed: its visitors draw again, and a page in
Chromium that was just training on it has to recover by itself. Debian's package is `nginx-light`.
"""

import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's process: the same answers to the bit

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.figures import Figure, Missing, conclude, parser, run
from tests.benchmarks.tools import chromium, small_data_set
from tests.benchmarks.visitors_load import Drawing, expected_answers
from tests.browser.digit_page import DIGITS, DigitPage
from tests.browser.server import (
    ROOT,
    Server,
    free_port,
    running_server,
    wait_for,
    wait_until_served,
)
from tests.visitor import Refused, Visitor

COMMAND = "replicas.py"
README = ROOT / "digit_recognizer" / "ui" / "server" / "README.md"
VISITORS = 20
ROUNDS = 30
TRAINING_SECONDS = 300
"""Time for a training to reach its first epoch, even on a busy machine."""
RECOVERY_SECONDS = 30
FRAME = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format replicas '$visitor $upstream_addr';
    {configuration}
}}
"""


class Proxy:
    """nginx in front of the replicas."""

    def __init__(self, url: str, log: Path, replicas: list[Server]):
        self.url = url
        self._log = log
        self._replicas = {replica.url.rpartition("/")[2]: replica for replica in replicas}

    def new_cookie(self) -> str:
        """The cookie that a browser receives with its first visit."""
        with urllib.request.urlopen(self.url) as response:
            return response.headers["Set-Cookie"].partition(";")[0]

    def replica_of(self, cookie: str) -> Server:
        """The replica that served the latest request with a cookie."""
        visitor = cookie.partition("=")[2]
        lines = [line.split() for line in self._log.read_text().splitlines()]
        (*_, address) = [words[-1] for words in lines if words[0] == visitor]
        return self._replicas[address]


def main() -> int:
    flags = parser(__doc__).parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        data = {"DIGIT_RECOGNIZER_MNIST": str(small_data_set(folder / "small.npz"))}
        replicas = [stack.enter_context(running_server(**data)) for _ in range(2)]
        proxy = stack.enter_context(running_nginx(folder, replicas))
        sheets = {proxy.new_cookie(): expected_answers(number) for number in range(VISITORS)}
        tabs = {cookie: new_tab(proxy, cookie) for cookie in sheets}
        figures = [
            measure_answers(proxy, tabs, sheets),
            measure_detour(proxy, replicas),
            measure_stream(new_tab(proxy, proxy.new_cookie())),
            *measure_loss(proxy, tabs, sheets, browser),
        ]
    return conclude(figures, flags)


def configuration() -> str:
    """The nginx configuration that the server's README shows."""
    text = README.read_text(encoding="utf-8")
    return re.search(r"^```nginx\n(.*?)^```", text, re.S | re.M)[1]


@contextlib.contextmanager
def running_nginx(folder: Path, replicas: list[Server]) -> Iterator[Proxy]:
    """nginx with that configuration, on free ports."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if path is None:
        raise Missing("nginx is not installed (Debian: apt install nginx-light).")
    url = f"http://127.0.0.1:{free_port()}"
    text = configuration().replace("listen 80;", f"listen {url.rpartition('/')[2]};")
    text = text.replace("access_log off;", f"access_log {folder}/access.log replicas;")
    for port, replica in zip(("7861", "7862"), replicas, strict=True):
        text = text.replace(f"127.0.0.1:{port}", replica.url.rpartition("/")[2])
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(FRAME.format(folder=folder, user=user, configuration=text))
    process = subprocess.Popen([path, "-p", folder, "-c", file, "-e", folder / "error.log"])
    try:
        wait_until_served(url)
        yield Proxy(url, folder / "access.log", replicas)
    finally:
        process.terminate()
        process.wait()


def new_tab(proxy: Proxy, cookie: str) -> Visitor:
    """An open tab of the visitor with that cookie."""
    tab = Visitor(proxy.url, cookie.replace("=", "-"), {"Cookie": cookie})
    tab.arrive()
    tab.stay()
    return tab


def measure_answers(proxy: Proxy, tabs: dict, sheets: dict) -> Figure:
    """Count wrong answers, and check that each visitor stays on one replica."""
    wrong = count = strayed = 0
    spread = Counter()
    for cookie, tab in tabs.items():
        seen = set()
        for strokes, expected in sheets[cookie]:
            wrong += tab.draw(strokes) != expected
            seen.add(proxy.replica_of(cookie).url)
            count += 1
        strayed += len(seen) > 1
        spread.update(seen)
    return Figure(
        f"{VISITORS} visitors behind nginx: errors, or answers to another drawing",
        f"{wrong} of {count}, {' and '.join(map(str, spread.values()))} visitors by replica",
        COMMAND,
        must_hold="none, both replicas in use",
        holds=not wrong and not strayed and len(spread) == 2,
    )


def measure_detour(proxy: Proxy, replicas: list[Server]) -> Figure:
    """Time answers through nginx and without it, by turns."""
    cookie = proxy.new_cookie()
    ((strokes, _), *_) = expected_answers(0)
    tabs = [new_tab(proxy, cookie), Visitor(replicas[0].url, "direct")]
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for tab, seconds in zip(tabs, times, strict=True):
            sent = time.perf_counter()
            tab.draw(strokes)
            seconds.append(time.perf_counter() - sent)
    through, direct = (1e3 * statistics.median(seconds) for seconds in times)
    return Figure(
        "an answer through nginx",
        f"{through:.1f} ms",
        COMMAND,
        f"{direct:.1f} ms without nginx",
        f"{through / direct:.2f} times as long",
    )


def measure_stream(tab: Visitor) -> Figure:
    """Check that each epoch is reported when it ends, not all of them at the end."""
    heard = [(time.monotonic(), line) for line in tab.train("quick", 5)]
    epochs = {}
    for moment, line in heard:
        for epoch in re.findall(r"Epoch (\d) of 5", line):
            epochs.setdefault(epoch, moment)
    done = "Done" in heard[-1][1] or "Done" in heard[-2][1]
    early = heard[-1][0] - min(epochs.values(), default=heard[-1][0])
    return Figure(
        "a training of 5 epochs through nginx",
        f"{len(epochs)} epochs reported, the first {early:.1f} s before the end",
        COMMAND,
        must_hold="each epoch when it ends",
        holds=done and len(epochs) == 5 and early > 0.1,
    )


def measure_loss(proxy: Proxy, tabs: dict, sheets: dict, browser) -> list[Figure]:
    """Kill a replica, and measure what all visitors and a page in training on it notice."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = DigitPage(context.new_page()).open(proxy.url)
    (cookie,) = (f"{c['name']}={c['value']}" for c in context.cookies() if c["name"] == "visitor")
    page.draw(DIGITS[1])
    page.expect_digit(1)
    page.choose("tutorial", 50)
    page.page.click("#retrain")
    page.wait_for_status("Epoch 1 of 50", seconds=TRAINING_SECONDS)
    killed = proxy.replica_of(cookie)
    orphans = {c: tab for c, tab in tabs.items() if proxy.replica_of(c) is killed}
    page.page.evaluate("window.former = true")
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()
    started = time.monotonic()
    slowest, wrong = 0.0, 0
    for c, tab in tabs.items():
        sent = time.monotonic()
        wrong += not answered(tab, sheets[c][0])
        slowest = max(slowest, time.monotonic() - sent)
    back = wait_for(lambda: reloaded(page), RECOVERY_SECONDS)
    if back:
        page.draw(DIGITS[7])
        page.expect_digit(7)
    seconds = time.monotonic() - started
    context.close()
    return [
        Figure(
            "one of two replicas killed: the next drawing of each visitor",
            f"{wrong} of {len(tabs)} unanswered, {1e3 * slowest:.0f} ms at most",
            COMMAND,
            must_hold="none",
            holds=not wrong and bool(orphans),
        ),
        Figure(
            "the same: a page that was training on it, until it answers again",
            f"{seconds:.0f} s" if back else "never",
            COMMAND,
            must_hold=f"by itself within {RECOVERY_SECONDS} s",
            holds=back,
        ),
    ]


def answered(tab: Visitor, drawing: Drawing) -> bool:
    strokes, expected = drawing
    try:
        return tab.draw(strokes) == expected
    except (OSError, Refused):
        return False


def reloaded(page: DigitPage) -> bool:
    """Whether the browser has loaded the page anew."""
    try:
        page.page.wait_for_timeout(100)
        return page.page.evaluate(
            "window.former === undefined && document.body.matches('.settled')"
        )
    except Exception as error:  # it is just being loaded
        if "navigat" not in str(error) and "destroyed" not in str(error):
            raise
        return False


if __name__ == "__main__":
    run(main)
