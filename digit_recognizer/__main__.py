"""`python -m digit_recognizer PICTURE…`: reads digits from files and prints an answer a line."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.errors import RecognizerError
from digit_recognizer.files import print_any_name, replacing
from digit_recognizer.ink.decoding import FORMAT_NAMES
from digit_recognizer.recognizer import Lines, Prediction, Recognizer

BOX_COLOUR = (220, 30, 60)
BOX_SIDE = 1600
"""Longer side of the picture that `--boxes` writes, at most, in pixels."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when any picture could not be read."""
    print_any_name()
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.boxes and len(options.pictures) > 1:
        parser.error("--boxes takes one picture")
    try:
        recognizer = Recognizer.load(options.model)
    except RecognizerError as error:
        print(error, file=sys.stderr)
        return 1
    status = 0
    for picture in options.pictures:
        try:
            lines = recognizer.read_lines(picture)
        except RecognizerError as error:
            print(f"{picture}: {error}", file=sys.stderr)
            status = 1
            continue
        print(_as_json(picture, lines) if options.json else _as_text(picture, lines))
        if options.boxes:
            try:
                draw_boxes(picture, lines, options.boxes)
            except OSError as error:
                print(f"{options.boxes} cannot be written: {error.strerror}.", file=sys.stderr)
                status = 1
    return status


def draw_boxes(picture: str, lines: Lines, path: str) -> None:
    """Write the picture as a PNG with a box around each digit. Raises OSError."""
    with Image.open(picture) as image:
        image.draft("RGB", (BOX_SIDE, BOX_SIDE))
        drawn = ImageOps.exif_transpose(image).convert("RGB")
    # Boxes are in pixels of the picture as it is stored, which may be larger.
    with Image.open(picture) as image:
        scale = max(drawn.size) / max(image.size)
    if max(drawn.size) > BOX_SIDE:
        scale *= BOX_SIDE / max(drawn.size)
        drawn.thumbnail((BOX_SIDE, BOX_SIDE))
    draw = ImageDraw.Draw(drawn)
    width = max(1, max(drawn.size) // 300)
    for digit in (digit for line in lines for digit in line):
        left, top, right, bottom = (round(side * scale) for side in digit.box)
        draw.rectangle((left, top, right - 1, bottom - 1), outline=BOX_COLOUR, width=width)
        draw.text((left + width + 1, top + width + 1), str(digit.digit), fill=BOX_COLOUR)
    with replacing(path) as file:
        drawn.save(file, "PNG")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the flags."""
    parser = argparse.ArgumentParser(
        prog="python -m digit_recognizer",
        description="Read the handwritten digits in each picture, line by line. "
        f"The formats are {FORMAT_NAMES}.",
        epilog="The exit status is 1 when a picture cannot be read; the others are still answered.",
    )
    parser.add_argument(
        "pictures", nargs="+", metavar="PICTURE", help="a file with a digit, a number or lines"
    )
    parser.add_argument(
        "--model",
        metavar="FILE",
        default=SHIPPED_MODEL,
        help="a network saved by train.py (default: the one that comes with the package)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print a JSON object a line: file, digit, confidence, is_digit, probabilities, box; "
        "for several digits file, number, digits and lines, the last a list of lists of the rest",
    )
    parser.add_argument(
        "--boxes", metavar="FILE", help="write the picture as a PNG with a box around each digit"
    )
    return parser


def _as_text(picture: str, lines: Lines) -> str:
    figures = " ".join(
        "[" + ", ".join(str(prediction.digit) for prediction in line) + "]" for line in lines
    )
    return f"The recognized figure of {Path(picture).name}: {figures}"


def _as_json(picture: str, lines: Lines) -> str:
    answers = [[_answer(prediction) for prediction in line] for line in lines]
    digits = [answer for line in answers for answer in line]
    if len(digits) == 1:
        return json.dumps({"file": picture, **digits[0], "lines": answers})
    number = " ".join("".join(str(answer["digit"]) for answer in line) for line in answers)
    return json.dumps({"file": picture, "number": number, "digits": digits, "lines": answers})


def _answer(prediction: Prediction) -> dict[str, object]:
    return {
        "digit": prediction.digit,
        "confidence": prediction.confidence,
        "is_digit": prediction.is_digit,
        "probabilities": prediction.probabilities.tolist(),
        "box": list(prediction.box),
    }


if __name__ == "__main__":
    sys.exit(main())
