"""Every error the package raises on purpose; knows nothing about how they are shown."""


class RecognizerError(Exception):
    """Base of all errors of this package; its message is one sentence for people."""


class BadImage(RecognizerError, ValueError):
    """The input is not a readable picture, or it is too large to open safely."""


class BadStrokes(RecognizerError, ValueError):
    """The input is not a list of strokes, or it has too many of them."""


class EmptyDrawing(RecognizerError, ValueError):
    """There is no ink in the picture or on the sheet."""


class BadModel(RecognizerError, ValueError):
    """The file does not hold the weights of a network that this package can run."""


class BadTray(RecognizerError, ValueError):
    """The file does not hold drawings with their digits, or there is no room for more of them."""


class BadConfig(RecognizerError, ValueError):
    """A hyperparameter is outside the range that can work."""


class DatasetUnavailable(RecognizerError):
    """MNIST was neither found nor could it be downloaded, or the file is not MNIST."""


class TrainingFailed(RecognizerError):
    """A training ended without a network."""


class TensorFlowUnavailable(RecognizerError):
    """TensorFlow, which trains, is not installed or cannot be loaded; all else works without it."""


class LineFull(RecognizerError):
    """Too many trainings wait already for another one to join them."""
