"""What each visitor has on the page, and which network answers them.

A `Visitor` keeps the sheet, the upload and the visitor's own network, and draws their answer;
`Visitors` keeps a bounded number of them by session. Knows nothing about Gradio or workers.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digit_recognizer.errors import BadImage, EmptyDrawing
from digit_recognizer.ink.images import to_ink
from digit_recognizer.ink.strokes import Strokes, render
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.ui.answer.answer import render_invitation, render_problem
from digit_recognizer.ui.answer.number import render_reading
from digit_recognizer.ui.language import texts
from digit_recognizer.ui.visitors.networks import Storage
from digit_recognizer.ui.visitors.run import Run
from digit_recognizer.ui.visitors.teaching import Taught, Teaching

MAX_VISITORS = 500
MAX_BYTES = 2**30
"""Memory of all visitors' own networks and tests; beyond it the least recent are forgotten, too."""
COUNTING_SECONDS = 1
"""How often that memory is counted, apart from when a visitor is new."""
IDLE_SECONDS = 3600
"""Visitors who have done nothing for this long, and train nothing, are forgotten."""


@dataclass(frozen=True)
class Network:
    """Who answers: a recognizer and the sentence that names it."""

    recognizer: Recognizer
    name: str


class Visitor:
    """One open tab. The answer belongs to whichever was touched last, sheet or upload.

    Safe between threads: a training reads the drawing again while the visitor draws on.
    """

    def __init__(self, shipped: Network, storage: Storage | None = None):
        self._lock = threading.RLock()
        self._shipped = shipped
        self._storage = storage or Storage()
        self._network = shipped
        self._looked_at: Network | None = None
        self._run: Run | None = None
        self._sheet: Strokes = []
        # Ink as float16 (H, W), or the sentence that says why there is none.
        self._upload: np.ndarray | str | None = None
        self._shown: str | None = None
        self._stop_training: threading.Event | None = None
        self.teaching = Teaching()
        self.touches = 0
        """Grows when the sheet or the upload changes."""

    def draw(self, strokes: Strokes) -> None:
        """The sheet now holds `strokes`; none is a fresh sheet."""
        with self._lock:
            self._sheet = strokes
            self.touches += 1
            if strokes:
                self._shown = "sheet"
            elif self._shown == "sheet":
                self._shown = None

    def upload(self, path: str | None) -> None:
        """The picture at `path` was uploaded; None when the upload was taken away."""
        try:
            picture = None if path is None else to_ink(path).astype(np.float16)
        except (BadImage, EmptyDrawing) as error:
            picture = str(error)
        self._set_upload(picture)

    def refuse_upload(self, message: str) -> None:
        """The browser would not upload the picture; `message` says why."""
        self._set_upload(message)

    def use_network(self, network: Network | None) -> None:
        """Let `network` answer this visitor from now on; None is the shipped one."""
        with self._lock:
            self._network = network or self._shipped
            self._looked_at = None
            self.teaching.forget_unless(self._network)

    def use_lesson(self, taught: Taught) -> None:
        """A lesson is over: the network it has taught answers from now on."""
        with self._lock:
            self.use_network(taught.network)
            self.teaching.taught = taught

    def undo_lesson(self) -> bool:
        """Let the network from before the last lesson answer; False when there is none."""
        with self._lock:
            taught = self.teaching.taught
            if taught is None or self.is_training:
                return False
            self.use_network(taught.former)
            return True

    @property
    def sheet(self) -> Strokes | None:
        """The sheet's strokes, when the answer is about them."""
        with self._lock:
            return self._sheet if self._shown == "sheet" else None

    @property
    def network(self) -> Network:
        """The visitor's own network, or the shipped one."""
        return self._network

    @property
    def bytes(self) -> int:
        """Memory of the visitor's own networks, of what a test left, and of the tray.

        Epochs count elsewhere.
        """
        run, taught = self._run, self.teaching.taught
        networks = {self._network, taught.former if taught else self._network} - {self._shipped}
        mlps = [network.recognizer.mlp for network in networks]
        arrays = [array for mlp in mlps for array in (*mlp.weights, *mlp.biases)]
        if run is not None and run.evaluation is not None:
            arrays += [mistake.image for mistake in run.evaluation.mistakes]
        return sum(array.nbytes for array in arrays) + self.teaching.tray.bytes

    @property
    def reader(self) -> Network:
        """Who answers this visitor now."""
        return self._looked_at or self._network

    @property
    def run(self) -> Run | None:
        """The latest training."""
        return self._run

    def new_run(self, config: TrainConfig) -> Run:
        """A training begins: the former one's curves stay for comparison, its networks go."""
        with self._lock:
            self._run = Run(config, self._storage.new_shelf(), self._run)
            self._looked_at = None
            return self._run

    def look_back(self, epoch: int) -> bool:
        """Let an epoch's network of the latest training answer; False when there is none."""
        with self._lock:
            network = self._epoch_network(epoch)
            if network is not None:
                self._looked_at = Network(network, self._run.name(epoch))
            return network is not None

    def use_epoch(self, epoch: int) -> bool:
        """Make an epoch's network the visitor's own; False when there is none."""
        with self._lock:
            network = self._epoch_network(epoch)
            if network is not None:
                self.use_network(Network(network, texts.yours(self._run.recipe, epoch)))
            return network is not None

    def _epoch_network(self, epoch: int) -> Recognizer | None:
        if self._run is None or self.is_training:
            return None
        mlp = self._run.network(epoch)
        return mlp and Recognizer(mlp)

    def answer(self) -> str:
        """The answer panel (HTML) for what was touched last."""
        with self._lock:
            network = self.reader
            shown, sheet, upload = self._shown, self._sheet, self._upload
        if shown == "upload" and isinstance(upload, str):
            return render_problem(upload, network.name)
        ink = _ink(shown, sheet, upload)
        try:
            if ink is None:
                return render_invitation(network.name)
            return render_reading(network.recognizer.read_ink(ink), network.name)
        except EmptyDrawing as error:
            if shown == "upload":
                return render_problem(str(error), network.name)
            return render_invitation(network.name)

    def ink(self) -> np.ndarray | None:
        """Ink, float32 (H, W), of what was touched last; None when there is nothing to read."""
        with self._lock:
            shown, sheet, upload = self._shown, self._sheet, self._upload
        return _ink(shown, sheet, upload)

    def begin_training(self) -> threading.Event | None:
        """An event that asks the new training to stop, or None while another one runs."""
        with self._lock:
            if self._stop_training is not None:
                return None
            self._stop_training = threading.Event()
            return self._stop_training

    def end_training(self) -> None:
        """The training has ended, however it did."""
        with self._lock:
            self._stop_training = None

    def stop_training(self) -> None:
        """Ask the training, if there is one, to stop; returns at once."""
        with self._lock:
            if self._stop_training is not None:
                self._stop_training.set()

    @property
    def is_training(self) -> bool:
        """Whether a training or a lesson runs or waits."""
        return self._stop_training is not None

    @property
    def business(self) -> str:
        """Why nothing else can begin while a training or a lesson runs or waits."""
        return texts.LESSON_BUSY if self.teaching.learning else texts.BUSY

    def _set_upload(self, picture: np.ndarray | str | None) -> None:
        with self._lock:
            self._upload = picture
            self.touches += 1
            if picture is not None:
                self._shown = "upload"
            elif self._shown == "upload":
                self._shown = "sheet" if self._sheet else None


def _ink(shown: str | None, sheet: Strokes, upload: np.ndarray | str | None) -> np.ndarray | None:
    if shown == "sheet":
        return render(sheet)
    if shown == "upload" and isinstance(upload, np.ndarray):
        return upload.astype(np.float32)
    return None


class Visitors:
    """The visitors by session: a bounded number of them, the idle ones dropped first."""

    def __init__(
        self,
        recognizer: Recognizer,
        limit: int = MAX_VISITORS,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        max_bytes: int = MAX_BYTES,
    ):
        self._shipped = Network(recognizer, texts.SHIPPED)
        self._storage = Storage()
        self._max_bytes = max_bytes
        self._limit = limit
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, tuple[Visitor, float]] = OrderedDict()
        self._counted = clock()

    def __len__(self) -> int:
        return len(self._visitors)

    def visit(self, session: str | None) -> Visitor:
        """The visitor of a session, new when unknown; without a session one that is not kept."""
        if session is None:
            return Visitor(self._shipped, self._storage)
        with self._lock:
            now = self._clock()
            known, _ = self._visitors.pop(session, (None, 0))
            visitor = known or Visitor(self._shipped, self._storage)
            self._visitors[session] = visitor, now
            # Not at every stroke: counting the memory of hundreds of visitors takes a millisecond.
            if known is None or now - self._counted >= COUNTING_SECONDS:
                self._counted = now
                self._forget_some(now - self._idle_seconds)
            return visitor

    def leave(self, session: str | None) -> None:
        """The tab was closed: stop the visitor's training and forget them."""
        with self._lock:
            visitor, _ = self._visitors.pop(session, (None, 0))
        if visitor is not None:
            visitor.stop_training()

    def _forget_some(self, oldest: float) -> None:
        """Drop those not seen since `oldest`, and the least recent above the limits.

        Nobody who trains is dropped.
        """
        too_many = len(self._visitors) - self._limit
        too_much = sum(visitor.bytes for visitor, _ in self._visitors.values())
        too_much -= self._max_bytes
        for session, (visitor, seen) in list(self._visitors.items())[:-1]:
            if too_many <= 0 and too_much <= 0 and seen > oldest:
                break
            if not visitor.is_training:
                del self._visitors[session]
                too_many -= 1
                too_much -= visitor.bytes
