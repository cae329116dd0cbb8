"""The trained network in NumPy: it answers, is calibrated, tested and explained."""
