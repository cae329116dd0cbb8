"""What a training leaves: its test, its mistakes, its first layer."""
