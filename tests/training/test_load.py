"""How Keras and TensorFlow are loaded; stand-ins for them write to standard error as they do."""

import os
import subprocess
import sys

import pytest

import digit_recognizer

ROOT = os.path.dirname(os.path.dirname(digit_recognizer.__file__))


def load(folder, keras: str, script: str) -> subprocess.CompletedProcess:
    (folder / "keras.py").write_text(keras)
    (folder / "tensorflow.py").write_text("import os; os.write(2, b'native lines\\n')")
    return subprocess.run(
        [sys.executable, "-c", f"import os, sys; from digit_recognizer import training\n{script}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), ROOT))},
        capture_output=True,
        text=True,
    )


def test_native_lines_are_dropped_while_keras_loads_and_only_then(tmp_path):
    loaded = load(
        tmp_path, "import os; os.write(2, b'more\\n')", "training.load(); os.write(2, b'after\\n')"
    )
    assert loaded.stderr == "after\n"


def test_an_error_while_keras_loads_is_raised_and_shown(tmp_path):
    loaded = load(tmp_path, "raise ImportError('no Keras here')", "training.load()")
    assert loaded.returncode == 1
    assert loaded.stderr.endswith("ImportError: no Keras here\n")


@pytest.mark.slow
def test_modules_that_train_import_quietly_after_loading():
    script = "from digit_recognizer import training; training.load()"
    script += "; from digit_recognizer.training import fine_tune, fit"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stderr == ""
