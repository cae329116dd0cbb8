"""Read handwritten digits from pictures and drawings, and train the networks that do.

Importing this package loads neither TensorFlow nor Gradio, and NumPy only when a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digit_recognizer.errors import BadImage, EmptyDrawing, RecognizerError
    from digit_recognizer.recognizer import Prediction, Recognizer

__all__ = ["BadImage", "EmptyDrawing", "Prediction", "Recognizer", "RecognizerError"]


def __getattr__(name: str) -> type:
    """A public name, whose module is loaded when it is asked for first."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from digit_recognizer import errors, recognizer

    globals().update(
        {each: getattr(recognizer, each, None) or getattr(errors, each) for each in __all__}
    )
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
