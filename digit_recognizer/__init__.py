"""Read handwritten digits from pictures and drawings, and train the networks that do.

Importing this package loads neither TensorFlow nor Gradio.
"""

from digit_recognizer.errors import BadImage, EmptyDrawing, RecognizerError
from digit_recognizer.recognizer import Prediction, Recognizer

__all__ = ["BadImage", "EmptyDrawing", "Prediction", "Recognizer", "RecognizerError"]
