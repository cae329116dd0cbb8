"""Digits and scribbles written by the program, as strokes and as 28x28 images."""
