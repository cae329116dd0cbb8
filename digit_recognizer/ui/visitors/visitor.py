"""One open tab: its drawing or upload, the network that answers, and its job.

Knows nothing about Gradio or HTML.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from digit_recognizer.errors import BadImage, EmptyDrawing
from digit_recognizer.ink.images import Scan
from digit_recognizer.ink.strokes import Strokes, render
from digit_recognizer.recognizer import Lines, Prediction, Recognizer
from digit_recognizer.training.config import Task, TrainConfig
from digit_recognizer.training.events import TrainingEvent, Waiting
from digit_recognizer.training.line import TrainingLine
from digit_recognizer.ui.visitors.networks import Network, Storage
from digit_recognizer.ui.visitors.run import Job, Record, Run
from digit_recognizer.ui.visitors.teaching import Taught, Teaching

MAX_RECORDS = 5
"""Trainings that are remembered for comparison."""


@dataclass(frozen=True)
class Reading:
    """An answer to a visitor's sheet or upload.

    lines: the digits, line by line; empty when there is nothing to read. problem: one plain
    sentence that says why a picture cannot be read, or nothing. built_in: what the built-in
    network reads, when another one answers.
    """

    network: Network
    lines: Lines = field(default_factory=list)
    problem: str = ""
    built_in: Lines = field(default_factory=list)

    @property
    def predictions(self) -> list[Prediction]:
        """The digits in reading order."""
        return [prediction for line in self.lines for prediction in line]


class Visitor:
    """One open tab. The sheet shows a drawing or a picture, whichever came last.

    Safe between threads: a training reads the drawing again while the visitor draws on.
    """

    def __init__(self, shipped: Network, storage: Storage | None = None):
        self._lock = threading.RLock()
        self._shipped = shipped
        self._storage = storage or Storage()
        self._network = shipped
        self._looked_at: Network | None = None
        self._run: Run | None = None
        self._job: Job | None = None
        self._records: tuple[Record, ...] = ()
        self._trainings = 0
        self._sheet: Strokes = []
        # A scan with its ink as float16, or a sentence that says why the upload has none.
        self._upload: Scan | str | None = None
        self._shown: str | None = None
        self._reading: tuple[tuple[int, int], Reading] | None = None
        self.teaching = Teaching()
        self.touches = 0
        """Grows when the sheet or the upload changes."""

    def draw(self, strokes: Strokes) -> None:
        """Show `strokes` on the sheet, in place of a picture; none is a fresh sheet."""
        with self._lock:
            self._sheet, self._upload = strokes, None
            self.touches += 1
            self._shown = "sheet" if strokes else None

    def upload(self, path: str | None) -> None:
        """Show the picture at `path` on the sheet, in place of a drawing; None takes it away.

        What comes to the sheet while the picture is being opened stays.
        """
        before = self.touches
        try:
            scan = None if path is None else self.reader.recognizer.scan(path)
            picture = scan and scan.stored(np.float16)
        except (BadImage, EmptyDrawing) as error:
            picture = str(error)
        with self._lock:
            if self.touches == before:
                self._set_upload(picture)

    def refuse_upload(self, message: str) -> None:
        """Show why the browser did not upload a picture; `message` is one plain sentence."""
        self._set_upload(message)

    def _set_upload(self, picture: Scan | str | None) -> None:
        with self._lock:
            self._upload, self._sheet = picture, []
            self.touches += 1
            self._shown = None if picture is None else "upload"

    @property
    def sheet(self) -> Strokes | None:
        """The sheet's strokes, if the answer is about them."""
        with self._lock:
            return self._sheet if self._shown == "sheet" else None

    def ink(self) -> np.ndarray | None:
        """Ink, float32 (H, W), of the sheet or the upload; None when there is nothing to read."""
        with self._lock:
            shown, sheet, upload = self._shown, self._sheet, self._upload
        if shown == "sheet":
            return render(sheet)
        if shown == "upload" and isinstance(upload, Scan):
            return upload.inks[0].astype(np.float32)
        return None

    def reading(self) -> Reading:
        """The current network's answer to the sheet or the upload, kept until either changes."""
        with self._lock:
            network, shown, sheet, upload = self.reader, self._shown, self._sheet, self._upload
            what, kept = (network.number, self.touches), self._reading
        if kept is None or kept[0] != what:
            kept = self._reading = what, self._read(network, shown, sheet, upload)
        return kept[1]

    def _read(
        self, network: Network, shown: str | None, sheet: Strokes, upload: Scan | str | None
    ) -> Reading:
        if shown is None:
            return Reading(network)
        if isinstance(upload, str):
            return Reading(network, problem=upload)
        try:
            lines = _read(network, sheet, upload)
            is_other = network.recognizer is not self._shipped.recognizer
            built_in = _read(self._shipped, sheet, upload) if is_other else []
            return Reading(network, lines, built_in=built_in)
        except EmptyDrawing as error:
            return Reading(network, problem=str(error) if upload is not None else "")

    @property
    def network(self) -> Network:
        """The visitor's own network, or the built-in one."""
        return self._network

    @property
    def reader(self) -> Network:
        """The network that answers this visitor now."""
        return self._looked_at or self._network

    def use_network(self, network: Network | None) -> None:
        """Let `network` answer this visitor from now on; None is the built-in one."""
        with self._lock:
            self._network = network or self._shipped
            self._looked_at = None
            self.teaching.forget_unless(self._network)

    @property
    def run(self) -> Run | None:
        """The latest training."""
        return self._run

    def new_run(self, config: TrainConfig) -> Run:
        """Begin a training: the previous one's figures stay for comparison, its networks go."""
        with self._lock:
            self._run = Run(config, self._storage.new_shelf(), self._run)
            self._looked_at = None
            return self._run

    @property
    def records(self) -> Sequence[Record]:
        """The latest trainings that have ended, the newest last."""
        return self._records

    def keep_record(self, run: Run) -> None:
        """Remember a training that has ended, in place of the oldest of MAX_RECORDS."""
        with self._lock:
            self._trainings += 1
            self._records = (*self._records, run.record(self._trainings))[-MAX_RECORDS:]

    def compare(self, number: int) -> bool:
        """Compare the latest training with the one of this number; False when there is none."""
        with self._lock:
            for record in self._records:
                if record.number == number and self._run is not None:
                    self._run.previous = record.figures
                    return True
            return False

    def epochs_answers(self, predictions: Sequence[Prediction]) -> dict[int, list[Prediction]]:
        """What the network of each stored epoch says about the digits of a reading."""
        run = self._run
        answers = {}
        for epoch in run.epochs if run else ():
            mlp = run.network(epoch)
            if mlp is not None:  # dropped meanwhile
                recognizer = Recognizer(mlp)
                answers[epoch] = [recognizer.predict_pixels(each.pixels) for each in predictions]
        return answers

    def look_back(self, epoch: int) -> bool:
        """Let an epoch's network of the latest training answer; False when there is none."""
        with self._lock:
            network = self._network_of(epoch)
            if network is not None:
                self._looked_at, self._run.chosen = network, epoch
            return network is not None

    def use_epoch(self, epoch: int) -> bool:
        """Make an epoch's network the visitor's own; False when there is none."""
        with self._lock:
            network = self._network_of(epoch)
            if network is not None:
                self.use_network(network)
            return network is not None

    def _network_of(self, epoch: int) -> Network | None:
        run = self._run
        if run is None or self._job is not None:
            return None
        if run.trained is not None and epoch == run.done:
            return run.trained
        mlp = run.network(epoch)
        return mlp and Network(Recognizer(mlp), run.name(epoch))

    def use_taught(self, taught: Taught) -> None:
        """Let the network of a fine-tuning answer from now on."""
        with self._lock:
            self.use_network(taught.network)
            self.teaching.taught = taught

    def undo_teaching(self) -> bool:
        """Let the network from before the last fine-tuning answer; False when there is none."""
        with self._lock:
            taught = self.teaching.taught
            if taught is None or self._job is not None:
                return False
            self.use_network(taught.former)
            return True

    @property
    def job(self) -> Job | None:
        """The training or fine-tuning that waits in line or runs."""
        return self._job

    def work(self, task: Task, line: TrainingLine) -> Iterator[Waiting | TrainingEvent | None]:
        """Do a task for this visitor; yields and raises what `TrainingLine.run` does.

        Raises Busy while another job waits or runs.
        """
        job = Job(task)
        with self._lock:
            self.require_no_job()
            self._job = job
        try:
            with contextlib.closing(line.run(task, job.stop)) as events:
                yield from events
        finally:
            with self._lock:
                self._job = None

    def require_no_job(self) -> None:
        """Raise Busy while a job waits or runs."""
        if (job := self._job) is not None:
            raise job.busy

    def stop(self) -> None:
        """Ask the job, if there is one, to stop; returns at once."""
        if (job := self._job) is not None:
            job.stop.set()

    @property
    def bytes(self) -> int:
        """Memory of the visitor's own networks, upload, test's mistakes and tray.

        The epochs' networks count in their `Storage`.
        """
        run, taught = self._run, self.teaching.taught
        networks = {self._network, taught.former if taught else self._network} - {self._shipped}
        mlps = [network.recognizer.mlp for network in networks]
        arrays = [array for mlp in mlps for array in (*mlp.weights, *mlp.biases)]
        if run is not None and run.evaluation is not None:
            arrays += [mistake.image for mistake in run.evaluation.mistakes]
        if isinstance(self._upload, Scan):
            arrays += self._upload.inks
        return sum(array.nbytes for array in arrays) + self.teaching.tray.bytes


def _read(network: Network, sheet: Strokes, upload: Scan | None) -> Lines:
    """A network's reading of the upload, or else of the sheet. Raises EmptyDrawing."""
    if upload is None:
        return network.recognizer.read_ink_lines(render(sheet))
    return network.recognizer.read_scan(upload.stored(np.float32))
