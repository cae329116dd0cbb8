"""Tests that drive the page in a real Chromium, served by a real `python app.py`."""
