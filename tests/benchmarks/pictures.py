"""How many of the pictures that people take, and of digits cut close, a network reads.

A folder of pictures has labels.json, [{"file", "label", "kind", "repo"}, …]; the label is the text
that a person reads, line by line without spaces, "" where there is no digit. Used by accuracy.py.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from digit_recognizer import Prediction, Recognizer, RecognizerError
from digit_recognizer.ui.answer.answer import is_unsure

MARGINS = (0, 1)
"""Pixels of paper left around MNIST's digits when they are cut to their ink."""
LEVELS = 16
"""Steps of brightness in the 8x8 fixture, as in scikit-learn's digits."""


class Reading(NamedTuple):
    """How one labelled picture was read.

    predicted: the digit of `predict`, None when it raised or refused. text: the digits of
    `read_lines`, line by line. is_unsure: whether the page would show a doubt.
    """

    entry: dict
    predicted: int | None
    text: str
    is_unsure: bool

    @property
    def is_right(self) -> bool:
        """Whether the picture was read as it must be: pictures of no digit are refused."""
        if self.entry["kind"] == "none":
            return self.predicted is None and self.is_unsure
        return self.text == self.entry["label"]

    @property
    def differs(self) -> bool:
        """Whether `predict` and `read` say different digits."""
        return self.text != str(self.predicted)


def read_pictures(recognizer: Recognizer, folder: Path) -> list[Reading]:
    """Read every labelled picture of a folder."""
    entries = json.loads((folder / "labels.json").read_text())
    return [_read(recognizer, folder / entry["file"], entry) for entry in entries]


def picture_rows(readings: list[Reading]) -> list[tuple[str, int, str]]:
    """Lines for the table of accuracy.py: name, number of pictures, what came of them."""
    rows = []
    for kind in dict.fromkeys(reading.entry["kind"] for reading in readings):
        of_kind = [reading for reading in readings if reading.entry["kind"] == kind]
        right = [reading.is_right for reading in of_kind]
        verb = "refused" if kind == "none" else "read"
        rows.append((f"pictures, {kind}: {verb}", len(right), _share(right)))
        if kind in ("single", "mnist"):
            predicted = [str(reading.predicted) == reading.entry["label"] for reading in of_kind]
            rows.append(("    by predict", len(right), _share(predicted)))
            differ = sum(reading.differs for reading in of_kind)
            rows.append(("    predict and read differ", len(right), str(differ)))
    labelled = [reading for reading in readings if reading.entry["label"]]
    rows.append(
        ("pictures answered wrongly without doubt", len(labelled), str(surely_wrong(readings)))
    )
    rows += [
        (f"    {entry['kind']} {entry['file']}: {entry['label'] or 'none'}", 1, _said(reading))
        for reading in readings
        for entry in [reading.entry]
        if not reading.is_right or (entry["kind"] in ("single", "mnist") and reading.differs)
    ]
    return rows


def surely_wrong(readings: list[Reading]) -> int:
    """Count the labelled pictures that are read wrongly and not shown as unsure."""
    return sum(
        bool(reading.entry["label"]) and not reading.is_right and not reading.is_unsure
        for reading in readings
    )


def cut_digits(images: np.ndarray, margin: int, inverted: bool) -> list[np.ndarray]:
    """MNIST's uint8 (N, 28, 28) digits cut to their ink with a margin of paper."""
    cut = []
    for image in images:
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        box = np.pad(box, margin)
        cut.append(255 - box if inverted else box)
    return cut


def eight_by_eight(images: np.ndarray) -> list[np.ndarray]:
    """MNIST's digits as scikit-learn's are: light ink, 8x8 means over the box, few levels."""
    small = []
    for image in images:
        box = Image.fromarray(cut_digits(image[None], 0, inverted=False)[0])
        side = max(box.size)
        square = Image.new("L", (side, side))
        square.paste(box, ((side - box.width) // 2, (side - box.height) // 2))
        means = np.asarray(square.resize((8, 8), Image.Resampling.BOX)) / 255
        small.append((np.rint(LEVELS * means) * (255 / LEVELS)).astype(np.uint8))
    return small


def read_arrays(
    recognizer: Recognizer, arrays: list[np.ndarray], labels: np.ndarray
) -> tuple[list[bool], list[bool]]:
    """Whether `predict` and `read` say the label of each picture."""
    predicted, read = [], []
    for array, label in zip(arrays, labels, strict=True):
        try:
            predicted.append(recognizer.predict(array).digit == label)
            read.append([each.digit for each in recognizer.read(array)] == [label])
        except RecognizerError:
            predicted.append(False)
            read.append(False)
    return predicted, read


def _read(recognizer: Recognizer, path: Path, entry: dict) -> Reading:
    try:
        prediction = recognizer.predict(path)
        lines = recognizer.read_lines(path)
    except RecognizerError:
        return Reading(entry, None, "", True)
    digits: list[Prediction] = [digit for line in lines for digit in line]
    is_refused = not prediction.is_digit and entry["kind"] == "none"
    return Reading(
        entry,
        None if is_refused else prediction.digit,
        "".join(str(digit.digit) for digit in digits),
        any(map(is_unsure, digits)),
    )


def _said(reading: Reading) -> str:
    doubt = ", unsure" if reading.is_unsure else ""
    return f"predicted {reading.predicted}, read {reading.text or 'nothing'}{doubt}"


def _share(right: list[bool]) -> str:
    return f"{100 * np.mean(right):.2f} % ({sum(right)})"
