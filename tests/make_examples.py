"""Draws the page's ten example pictures: python tests/make_examples.py."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from digit_recognizer.handwriting.digits import write_digits
from digit_recognizer.ink.strokes import place_on_sheet, render

FOLDER = Path(__file__).parents[1] / "digit_recognizer" / "examples"
SEED = 0
SIZE = 240
INK_AND_PAPER = ((38, 43, 74), (252, 250, 244))
COLOURS = 16


def main() -> None:
    """Write img_0.gif to img_9.gif, each by another hand."""
    rng = np.random.default_rng(SEED)
    FOLDER.mkdir(exist_ok=True)
    for digit in range(10):
        (strokes,) = write_digits(digit, 1, rng)
        pen_width = rng.uniform(0.045, 0.06)
        sheet = place_on_sheet(strokes, rng.uniform(0.55, 0.75), pen_width)
        ink = render(sheet, 2 * SIZE, pen_width)[..., None]
        colours = ink * INK_AND_PAPER[0] + (1 - ink) * INK_AND_PAPER[1]
        picture = Image.fromarray(np.rint(colours).astype(np.uint8)).reduce(2)
        picture.quantize(COLOURS).save(FOLDER / f"img_{digit}.gif")


if __name__ == "__main__":
    main()
