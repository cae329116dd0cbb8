"""The sheet for drawing."""
