"""Numbers and paths that several rooms share; knows nothing about how they are used."""

from pathlib import Path

IMAGE_SIZE = 28
"""Side of the network's input, in pixels."""
DIGIT_SIZE = 20
"""Side of the box that MNIST scales a digit's ink into, in pixels."""
NUM_CLASSES = 10
PEN_WIDTH = 0.04
"""Width of the sheet's felt pen, as a fraction of the sheet's side."""
SHIPPED_MODEL = Path(__file__).parent / "models" / "shipped.npz"
MAX_PARAMETERS = 8_000_000
"""Weights and biases of a network: 32 MB, and several times as much while it learns."""
