"""`python -m digit_recognizer PICTURE…`: read digits from picture files, an answer a line."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from digit_recognizer.constants import SHIPPED_MODEL
from digit_recognizer.errors import RecognizerError
from digit_recognizer.recognizer import Prediction, Recognizer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when any picture could not be read."""
    options = build_parser().parse_args(arguments)
    try:
        recognizer = Recognizer.load(options.model)
    except RecognizerError as error:
        print(error, file=sys.stderr)
        return 1
    status = 0
    for picture in options.pictures:
        try:
            digits = recognizer.read(picture)
        except RecognizerError as error:
            print(f"{picture}: {error}", file=sys.stderr)
            status = 1
        else:
            print(_as_json(picture, digits) if options.json else _as_text(picture, digits))
    return status


def build_parser() -> argparse.ArgumentParser:
    """The flags and what they mean."""
    parser = argparse.ArgumentParser(
        prog="python -m digit_recognizer",
        description="Read the handwritten digit, or the number of several digits, in each picture "
        "(PNG, JPEG, GIF, WebP or BMP).",
        epilog="The exit status is 1 when a picture cannot be read; the others are still answered.",
    )
    parser.add_argument(
        "pictures", nargs="+", metavar="PICTURE", help="a file with digits in a row"
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
        help="print a JSON object a line: file, digit, confidence, is_digit, probabilities; "
        "for a number file, number, and digits, a list of the rest for each",
    )
    return parser


def _as_text(picture: str, digits: list[Prediction]) -> str:
    figures = ", ".join(str(prediction.digit) for prediction in digits)
    return f"The recognized figure of {Path(picture).name}: [{figures}]"


def _as_json(picture: str, digits: list[Prediction]) -> str:
    answers = [
        {
            "digit": prediction.digit,
            "confidence": prediction.confidence,
            "is_digit": prediction.is_digit,
            "probabilities": prediction.probabilities.tolist(),
        }
        for prediction in digits
    ]
    if len(answers) == 1:
        return json.dumps({"file": picture, **answers[0]})
    number = "".join(str(prediction.digit) for prediction in digits)
    return json.dumps({"file": picture, "number": number, "digits": answers})


if __name__ == "__main__":
    sys.exit(main())
