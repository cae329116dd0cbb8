"""The state of each visitor: drawing, network, trainings, corrections."""
