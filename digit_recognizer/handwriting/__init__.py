"""Digits and scribbles that the program writes itself, as strokes and as 28x28 images."""
