"""Retrain: its controls, progress, curves, and what a training leaves."""
