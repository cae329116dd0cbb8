"""How much of MNIST, of people's drawings and of people's pictures a network reads.

Drawings are a file of JSON lines (also gzipped), {"label": 5, "source": "apb", "strokes":
[[[x, y], …], …]}; uploads a folder with labels.json, [{"file", "label"}, …]; pictures the same with
a "kind" and a text for label (see pictures.py). Drawings are put on the sheet as people do:
anywhere, from a third to nine tenths of its width, with pens of 2.5 % to 5 % of its width; all by a
fixed seed. MNIST's test digits are also cut to their ink, as most tutorials do, and reduced to 8x8.

    python tests/benchmarks/accuracy.py --strokes drawn.jsonl.gz --uploads FOLDER \
        --pictures FOLDER --letters letters.jsonl.gz --errors errors.png
    python tests/benchmarks/accuracy.py --every 10 …        a tenth of it, for a quick look
"""

import argparse
import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import EmptyDrawing, Prediction, Recognizer
from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.errors import DatasetUnavailable
from digit_recognizer.handwriting.scribbles import (
    KINDS,
    curl,
    draw_scribbles,
    thrown_strokes,
    zigzag,
)
from digit_recognizer.ink.strokes import Strokes, render
from digit_recognizer.training.dataset import load_dataset
from tests.benchmarks.figures import Figure, conclude, parser, run
from tests.benchmarks.pictures import (
    MARGINS,
    cut_digits,
    eight_by_eight,
    picture_rows,
    read_arrays,
    read_pictures,
    surely_wrong,
)

SIZES = (1 / 3, 0.9)
PEN_WIDTHS = (0.025, 0.05)
SCRIBBLES = 1_000
WILD = {thrown_strokes, zigzag, curl}
"""Kinds of non-digits that look like a digit now and then."""
CONFUSIONS = 12
TILE = 84


def main() -> int:
    """Measure what the flags name and print one table; returns the exit status."""
    options = parse_arguments()
    recognizer = Recognizer.load(options.model)
    errors: list[tuple[Prediction, str]] = []
    rows: list[tuple[str, int, str]] = []
    figures: list[Figure] = []
    try:
        data = load_dataset(options.data)
        figures += add_mnist(rows, recognizer, data)
        figures += add_small_digits(rows, recognizer, data, options.every)
    except DatasetUnavailable as error:
        print(error, file=sys.stderr)
    if options.strokes:
        figures += add_drawings(rows, recognizer, options.strokes, options.every, errors)
    if options.uploads:
        figures += add_uploads(rows, recognizer, options.uploads, errors)
    if options.pictures:
        figures += add_pictures(rows, recognizer, options.pictures)
    figures += add_refusals(rows, recognizer, options.letters, options.every)
    for name, count, figure in rows:
        print(f"{name:<44}{count:>7}  {figure}")
    if options.errors:
        contact_sheet(errors).save(options.errors)
        print(f"{len(errors)} misread pictures: {options.errors}")
    if options.model != SHIPPED_MODEL:  # of other networks nothing is required
        figures = [replace(figure, must_hold="", holds=True) for figure in figures]
    return conclude(figures, options)


def parse_arguments() -> argparse.Namespace:
    """The flags."""
    flags = parser(__doc__)
    flags.add_argument("--model", default=SHIPPED_MODEL, help="default: the shipped one")
    flags.add_argument("--data", help="an mnist.npz (default: as train.py)")
    flags.add_argument("--strokes", type=Path, help="drawings of digits")
    flags.add_argument("--uploads", type=Path, help="folder of pictures of digits")
    flags.add_argument("--pictures", type=Path, help="folder of pictures of many kinds")
    flags.add_argument(
        "--every", type=int, default=1, metavar="N", help="take each Nth drawing and MNIST digit"
    )
    flags.add_argument("--letters", type=Path, help="drawings that should be refused")
    flags.add_argument("--errors", help="where to save a contact sheet of what is misread")
    return flags.parse_args()


def add_mnist(rows, recognizer, data) -> list[Figure]:
    """Accuracy on the validation split and the test set, as the network's own input."""
    for name, images, labels in (
        ("MNIST validation split", data.val_images, data.val_labels),
        ("MNIST test set", data.test_images, data.test_labels),
    ):
        probabilities, certainties = recognizer.mlp.answer(images / np.float32(255))
        right = probabilities.argmax(axis=1) == labels
        rows.append((name, len(labels), percent(right)))
        rows.append(
            ("    kept as digits", len(labels), percent(certainties >= recognizer.mlp.threshold))
        )
    return [at_least(0.994, "MNIST test set read right", right, "accuracy.py")]


def add_small_digits(rows, recognizer, data, every: int) -> list[Figure]:
    """Accuracy of whole pictures on MNIST's test digits, cut close and in 8x8 pixels."""
    images, labels = data.test_images[::every], data.test_labels[::every]
    small = eight_by_eight(images)
    sets = {
        f"MNIST test set cut to its ink, margin {margin}, {ink} ink": cut_digits(
            images, margin, inverted=ink == "dark"
        )
        for margin in MARGINS
        for ink in ("light", "dark")
    }
    sets["MNIST test set in 8x8 pixels"] = small
    sets["MNIST test set in 8x8 pixels, doubled"] = [
        image.repeat(2, axis=0).repeat(2, axis=1) for image in small
    ]
    figures = []
    for name, pictures in sets.items():
        predicted, read = read_arrays(recognizer, pictures, labels)
        rows.append((name, len(predicted), f"{percent(predicted)}, by read {percent(read)}"))
        least = 0.93 if "8x8" in name else 0.985
        figures.append(at_least(least, name, predicted, "accuracy.py"))
    return figures


def add_pictures(rows, recognizer, folder: Path) -> list[Figure]:
    """Accuracy by kind on the pictures people take; wrong answers that raise no doubt."""
    readings = read_pictures(recognizer, folder)
    rows += picture_rows(readings)
    command = "accuracy.py --pictures FOLDER"
    single = [reading for reading in readings if reading.entry["kind"] == "single"]
    wrong = surely_wrong(readings)
    return [
        at_least(
            0.99, f"{len(single)} pictures of one digit read right",
            [reading.is_right for reading in single], command,
        ),
        at_least(
            0.97, f"{len(readings)} pictures of all kinds read right or refused",
            [reading.is_right for reading in readings], command,
        ),
        Figure(
            "of these, answered wrongly without doubt", str(wrong), command,
            must_hold="at most 1 %", holds=wrong <= 0.01 * len(readings),
        ),
    ]  # fmt: skip


def add_drawings(rows, recognizer, path: Path, every: int, errors) -> list[Figure]:
    """Accuracy on drawings, by source and digit; calibration; confusions."""
    drawings = read_drawings(path)[::every]
    predictions = [recognizer.predict_ink(ink) for ink in on_sheets(drawings)]
    labels = np.array([drawing["label"] for drawing in drawings])
    digits = np.array([prediction.digit for prediction in predictions])
    right = digits == labels
    rows.append((f"drawings ({path.name})", len(labels), percent(right)))
    kept = np.array([prediction.is_digit for prediction in predictions])
    rows.append(("    of those read right, kept as digits", int(right.sum()), percent(kept[right])))
    confidences = np.array([prediction.confidence for prediction in predictions])
    error = calibration_error(confidences, right)
    rows.append(("    expected calibration error, 15 bins", len(labels), f"{100 * error:.2f} %"))
    for key in ("source", "label"):
        values = np.array([drawing[key] for drawing in drawings])
        for value in np.unique(values):
            chosen = right[values == value]
            rows.append((f"    {key} {value}", len(chosen), percent(chosen)))
    pairs = Counter(zip(labels[~right].tolist(), digits[~right].tolist(), strict=True))
    for (label, digit), times in pairs.most_common(CONFUSIONS):
        rows.append((f"    {label} read as {digit}", times, ""))
    errors += [
        (predictions[index], f"{labels[index]} read {digits[index]}")
        for index in np.flatnonzero(~right)
    ]
    command = "accuracy.py --strokes FILE"
    return [
        at_least(0.975, f"{count(drawings, 'drawing', 'writer')} read right", right, command),
        Figure(
            "calibration error on the drawings", f"{100 * error:.2f} %", command,
            must_hold="at most 2 %", holds=bool(error <= 0.02),
        ),
    ]  # fmt: skip


def add_uploads(rows, recognizer, folder: Path, errors) -> list[Figure]:
    """Accuracy on pictures as they are, and saved again as GIF."""
    entries = json.loads((folder / "labels.json").read_text())
    right = {"as they are": [], "as GIF": []}
    for entry in entries:
        path = folder / entry["file"]
        with Image.open(path) as image:
            gif = io.BytesIO()
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(gif, "GIF")
        for name, picture in (("as they are", path), ("as GIF", Image.open(gif))):
            try:
                prediction = recognizer.predict(picture)
            except EmptyDrawing:
                right[name].append(False)
                continue
            right[name].append(prediction.digit == entry["label"])
            if not right[name][-1]:
                errors.append((prediction, f"{entry['label']} read {prediction.digit}"))
    for name, hits in right.items():
        rows.append((f"uploads, {name} ({folder.name})", len(hits), percent(hits)))
    uploads, command = count(entries, "upload", "repo"), "accuracy.py --uploads FOLDER"
    return [
        at_least(0.975, f"{uploads} read right, {name}", hits, command)
        for name, hits in right.items()
    ]


def add_refusals(rows, recognizer, letters: Path | None, every: int) -> list[Figure]:
    """The share of generated non-digits and of letters that is refused."""
    wild = {kind: share for kind, share in KINDS.items() if kind in WILD}
    shaped = {kind: share for kind, share in KINDS.items() if kind not in WILD}
    sets = {
        "scribbles, blobs, shapes and rows refused": drawn(recognizer, shaped, every),
        "strokes, zigzags and curls at random refused": drawn(recognizer, wild, every),
    }
    if letters:
        inks = on_sheets(read_drawings(letters)[::every])
        sets[f"letters refused ({letters.name})"] = map(recognizer.predict_ink, inks)
    for name, predictions in sets.items():
        refused = [not prediction.is_digit for prediction in predictions]
        rows.append((name, len(refused), percent(refused)))
    if not letters:
        return []
    name = f"{len(refused):,} letters refused"
    return [at_least(0.5, name, refused, "accuracy.py --letters FILE")]


def drawn(recognizer, kinds: dict, every: int) -> Iterator[Prediction]:
    """Predictions for scribbles of some kinds that no training has seen."""
    images = draw_scribbles(SCRIBBLES // every, np.random.default_rng(20), kinds)
    return map(recognizer.predict_pixels, images / np.float32(255))


def read_drawings(path: Path) -> list[dict]:
    """One drawing a line."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as file:
        return [json.loads(line) for line in file]


def on_sheets(drawings: list[dict]):
    """Each drawing rendered at a random place, in a random size, with a random pen."""
    rng = np.random.default_rng(0)
    for drawing in drawings:
        pen_width = rng.uniform(*PEN_WIDTHS)
        strokes = [np.array(stroke, np.float32) for stroke in drawing["strokes"]]
        yield render(place(strokes, rng.uniform(*SIZES), pen_width, rng), pen_width=pen_width)


def place(strokes: Strokes, size: float, pen_width: float, rng: np.random.Generator) -> Strokes:
    """Scaled to `size` of the sheet, the pen included, and put anywhere on it."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (size - pen_width) / max(float((high - low).max()), 1e-6)
    room = 1 - pen_width - (high - low) * scale
    corner = pen_width / 2 + rng.random(2) * room
    return [((stroke - low) * scale + corner).astype(np.float32) for stroke in strokes]


def calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over bins of confidence (Naeini et al. 2015)."""
    numbers = np.minimum((confidences * bins).astype(int), bins - 1)
    return sum(
        (numbers == number).mean()
        * abs(confidences[numbers == number].mean() - right[numbers == number].mean())
        for number in np.unique(numbers)
    )


def at_least(least: float, name: str, right, command: str) -> Figure:
    """The line of a share that must not be smaller."""
    holds = bool(np.mean(right) >= least)
    return Figure(
        name, percent(right), command, must_hold=f"at least {100 * least:g} %", holds=holds
    )


def count(entries: list[dict], noun: str, key: str) -> str:
    """How many there are, and from how many people or projects, where the entries tell."""
    sources = {entry[key] for entry in entries if key in entry}
    of = {"writer": "people", "repo": "projects"}[key]
    return f"{len(entries):,} {noun}s" + (f" from {len(sources)} {of}" if sources else "")


def percent(right) -> str:
    """A share as the table shows it."""
    return f"{100 * np.mean(right):.2f} %"


def contact_sheet(errors: list[tuple[Prediction, str]], columns: int = 16) -> Image.Image:
    """What the network saw of each misread picture, with its label and the answer."""
    rows = -(-max(1, len(errors)) // columns)
    sheet = Image.new("L", (columns * TILE, rows * (TILE + 14)), 255)
    draw = ImageDraw.Draw(sheet)
    for index, (prediction, caption) in enumerate(errors):
        left, top = index % columns * TILE, index // columns * (TILE + 14)
        grey = np.rint(255 * (1 - prediction.pixels)).astype(np.uint8)
        tile = Image.fromarray(grey).resize((TILE - 4, TILE - 4), Image.Resampling.NEAREST)
        sheet.paste(tile, (left, top + 14))
        draw.text((left + 2, top + 1), caption, fill=0)
    return sheet


if __name__ == "__main__":
    run(main)
