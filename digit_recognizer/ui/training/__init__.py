"""Retrain: its controls, progress, curves, and the results of a training."""
