"""Measures the share of numbers that are read exactly, and of single digits that stay single.

    python tests/benchmarks/whole_numbers.py --strokes drawn.jsonl.gz --uploads FOLDER \
        --errors errors.png

Digits drawn by people (the file that accuracy.py takes) are put side by side in pictures: two to
six of them, written with one pen, with slightly different heights and places and a gap between the
boxes of their ink. Negative gaps make them touch. Only digits that the network reads on their own
are used, so that the figures measure how numbers are taken apart. The seed is fixed.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2]))

from accuracy import at_least, on_sheets, percent, read_drawings

from digit_recognizer import Recognizer
from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.ink.marks import MARK_THRESHOLD
from digit_recognizer.ink.strokes import render
from digit_recognizer.ui.answer.answer import is_unsure
from tests.benchmarks.figures import Missing, conclude, parser, run

LENGTHS = (2, 3, 4, 5, 6)
GAPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
TOUCHING = (-0.05, -0.1)
"""Gaps between the ink of neighbours, in heights of a digit; negative ones make them touch."""
HEIGHT = 120
"""Height of a digit in pixels, before it varies."""
HEIGHTS = (0.85, 1.15)
SHIFT = 0.05
"""Largest shift up or down, in heights."""
PEN_WIDTHS = (0.05, 0.12)
MARGIN = 0.3
TARGET = 0.95
"""Required share of the numbers with four digits that are read exactly."""
STAY_SINGLE = 0.99
TILE = (250, 84)

Error = tuple[np.ndarray, str]


def main() -> int:
    """Measure and print two tables; returns the exit status."""
    options = parse_arguments()
    if not options.strokes:
        raise Missing("--strokes names no file of drawings.")
    recognizer = Recognizer.load(options.model)
    drawings = read_drawings(options.strokes)
    errors: list[Error] = []
    doubts: list[tuple[bool, bool]] = []
    """For each number with touching digits: whether it was read exactly, and shown as unsure."""
    means = {}
    print(f"{'digits':<8}" + "".join(f"{f'gap {gap:.0%}':>10}" for gap in (*GAPS, *TOUCHING)))
    for length in LENGTHS:
        rates = [
            read_numbers(recognizer, drawings, length, gap, options.numbers, errors, doubts)
            for gap in (*GAPS, *TOUCHING)
        ]
        cells = "".join(f"{100 * rate:>8.1f} %" for rate in rates)
        means[length] = float(np.mean(rates[: len(GAPS)]))
        print(f"{length:<8}{cells}   {100 * means[length]:.1f} % over all gaps")
    for is_right, words in ((False, "misread"), (True, "read exactly")):
        unsure = [doubted for right, doubted in doubts if right == is_right]
        print(
            f"{len(unsure)} numbers with touching digits {words}: {percent(unsure)} shown as unsure"
        )
    print("\nsingle digits that stay single")
    stays = single_drawings(recognizer, drawings, errors)
    print(f"    {options.strokes.name:<40}{len(stays):>7}  {percent(stays)}")
    if options.uploads:
        uploads_stay = single_uploads(recognizer, options.uploads, errors)
        print(f"    {options.uploads.name:<40}{len(uploads_stay):>7}  {percent(uploads_stay)}")
    if options.errors:
        contact_sheet(errors).save(options.errors)
        print(f"{len(errors)} pictures that were misread: {options.errors}")
    command = "whole_numbers.py --strokes FILE"
    return conclude(
        [
            at_least(TARGET, "numbers of four drawn digits read exactly", means[4], command),
            at_least(STAY_SINGLE, "single drawn digits taken for one digit", stays, command),
        ],
        options,
    )


def parse_arguments() -> argparse.Namespace:
    """The flags."""
    flags = parser(__doc__)
    flags.add_argument("--model", default=SHIPPED_MODEL, help="default: the shipped one")
    flags.add_argument("--strokes", type=Path, help="drawings of digits")
    flags.add_argument("--uploads", type=Path, help="folder of pictures of digits")
    flags.add_argument(
        "--numbers", type=int, default=100, help="numbers of each length and gap (default: 100)"
    )
    flags.add_argument("--errors", help="where to save a contact sheet of the misread pictures")
    return flags.parse_args()


def read_numbers(
    recognizer, drawings, length, gap, count, errors: list[Error], doubts: list[tuple[bool, bool]]
) -> float:
    """The share of `count` numbers that are read exactly; adds to `errors` and `doubts`."""
    rng = np.random.default_rng(1000 * length + round(100 * gap) + 50)
    right = 0
    for _ in range(count):
        labels, picture = write_number(recognizer, drawings, length, gap, rng)
        predictions = recognizer.read(picture)
        digits = [prediction.digit for prediction in predictions]
        right += digits == labels
        if gap < 0:
            doubts.append((digits == labels, any(map(is_unsure, predictions))))
        if digits != labels:
            errors.append((picture, f"{as_text(labels)} read {as_text(digits)}"))
    return right / count


def write_number(recognizer, drawings, length, gap, rng) -> tuple[list[int], np.ndarray]:
    """The digits of a number, and its picture, uint8 (H, W), dark on light."""
    pen = rng.uniform(*PEN_WIDTHS) * HEIGHT
    labels, inks = [], []
    while len(labels) < length:
        drawing = drawings[rng.integers(len(drawings))]
        ink = draw_digit(drawing["strokes"], rng.uniform(*HEIGHTS) * HEIGHT, pen)
        if recognizer.predict_ink(ink).digit == drawing["label"]:
            labels.append(drawing["label"])
            inks.append(ink)
    margin, step = round(MARGIN * HEIGHT), round(gap * HEIGHT)
    width = sum(ink.shape[1] for ink in inks) + step * (length - 1) + 2 * margin
    height = max(ink.shape[0] for ink in inks) + 2 * margin
    sheet = np.zeros((height, width), np.float32)
    left = margin
    for ink in inks:
        top = (height - ink.shape[0]) // 2 + round(rng.uniform(-SHIFT, SHIFT) * HEIGHT)
        place = sheet[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)
        left += ink.shape[1] + step
    return labels, as_picture(sheet)


def draw_digit(strokes: list, height: float, pen: float) -> np.ndarray:
    """Ink cut to its box, which is `height` pixels high, or twice as wide if it is flatter."""
    points = [np.array(stroke, np.float32) for stroke in strokes]
    low = np.min([stroke.min(axis=0) for stroke in points], axis=0)
    extent = np.max([stroke.max(axis=0) for stroke in points], axis=0) - low
    scale = (height - pen) / max(extent[1], extent[0] / 2, 1e-6)
    size = int(np.ceil(extent.max() * scale + pen)) + 4
    placed = [((stroke - low) * scale + pen / 2 + 1) / size for stroke in points]
    ink = render(placed, size, pen / size)
    is_ink = ink >= MARK_THRESHOLD
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def single_drawings(recognizer, drawings, errors: list[Error]) -> list[bool]:
    """Whether each drawing of one digit is taken for one."""
    stays = []
    for drawing, ink in zip(drawings, on_sheets(drawings), strict=True):
        stays.append(_stays_single(recognizer.read_ink(ink), drawing["label"], ink, errors))
    return stays


def single_uploads(recognizer, folder: Path, errors: list[Error]) -> list[bool]:
    """Whether each picture of one digit is taken for one."""
    stays = []
    for entry in json.loads((folder / "labels.json").read_text()):
        with Image.open(folder / entry["file"]) as image:
            ink = 1 - np.asarray(image.convert("L"), np.float32) / 255
        predictions = recognizer.read(folder / entry["file"])
        stays.append(_stays_single(predictions, entry["label"], ink, errors))
    return stays


def _stays_single(predictions, label: int, ink: np.ndarray, errors: list[Error]) -> bool:
    digits = [prediction.digit for prediction in predictions]
    if len(digits) != 1:
        errors.append((as_picture(ink), f"{label} read {as_text(digits)}"))
    return len(digits) == 1


def as_picture(ink: np.ndarray) -> np.ndarray:
    """Ink as dark on light, uint8 (H, W)."""
    return np.rint(255 * (1 - ink)).astype(np.uint8)


def as_text(digits: list[int]) -> str:
    """Digits as one string."""
    return "".join(map(str, digits))


def contact_sheet(errors: list[Error], columns: int = 6) -> Image.Image:
    """The misread pictures, each with its label and its reading."""
    width, height = TILE
    rows = -(-max(1, len(errors)) // columns)
    sheet = Image.new("L", (columns * width, rows * (height + 14)), 255)
    draw = ImageDraw.Draw(sheet)
    for index, (picture, caption) in enumerate(errors):
        left, top = index % columns * width, index // columns * (height + 14)
        tile = Image.fromarray(picture)
        tile.thumbnail((width - 8, height - 4))
        sheet.paste(tile, (left, top + 14))
        draw.text((left + 2, top + 1), caption, fill=0)
    return sheet


if __name__ == "__main__":
    run(main)
