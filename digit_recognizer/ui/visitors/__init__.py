"""What each visitor has: drawing, network, trainings, corrections."""
