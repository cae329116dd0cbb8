"""Trains and fine-tunes networks; only modules that are loaded for that import Keras."""
