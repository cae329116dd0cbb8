"""How Keras and TensorFlow are loaded; stand-ins for them write to standard error as they do."""

import os
import platform
import subprocess
import sys

import pytest

import digit_recognizer
import train
from digit_recognizer import training

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


@pytest.mark.parametrize(
    ("keras", "logged", "said"),
    [
        ("raise ImportError('a DLL failed')", "a DLL failed", "cannot be loaded"),
        ("raise OSError('a broken file')", "a broken file", "cannot be loaded"),
        ("import no_such_module", "no_such_module", "is not installed"),
    ],
)
def test_an_error_while_keras_loads_is_logged_and_becomes_a_sentence(tmp_path, keras, logged, said):
    script = """
from digit_recognizer.errors import TensorFlowUnavailable
try:
    training.load()
except TensorFlowUnavailable as error:
    print(error)
"""
    loaded = load(tmp_path, keras, script)
    assert loaded.returncode == 0, loaded.stderr
    assert said in loaded.stdout
    assert "no network can be trained" in loaded.stdout
    assert logged in loaded.stderr
    assert "Traceback" not in loaded.stderr


def test_the_command_line_says_in_a_sentence_that_nothing_can_be_trained(tmp_path, tiny_mnist):
    (tmp_path / "keras.py").write_text("raise ImportError('a DLL failed')")
    ran = subprocess.run(
        [sys.executable, os.path.join(ROOT, "train.py"), "--data", str(tiny_mnist)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "TensorFlow cannot be loaded: a DLL failed",
        "TensorFlow cannot be loaded on this machine, so no network can be trained; "
        "the program's log says why.",
    ]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86 processors have AVX")
@pytest.mark.parametrize(
    ("cpuinfo", "lacks"), [("flags : fpu sse4_2 avx avx2", False), ("flags : fpu sse4_2", True)]
)
def test_whether_the_processor_has_avx_is_read_from_the_system(
    tmp_path, monkeypatch, cpuinfo, lacks
):
    monkeypatch.setattr(training, "CPUINFO", tmp_path / "cpuinfo")
    training.CPUINFO.write_text(cpuinfo)
    assert training._lacks_avx() == lacks


def test_a_system_that_does_not_tell_of_avx_is_believed_to_have_it(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "CPUINFO", tmp_path / "nowhere")
    assert not training._lacks_avx()


def test_without_avx_tensorflow_is_not_even_tried(tmp_path, tiny_mnist, monkeypatch, capsys):
    monkeypatch.setattr(training, "_lacks_avx", lambda: True)
    assert train.main(["--data", str(tiny_mnist), "--output", str(tmp_path / "a.npz")]) == 1
    assert capsys.readouterr().err == (
        "TensorFlow needs a processor with AVX, which this one has not, "
        "so no network can be trained.\n"
    )


@pytest.mark.slow
def test_modules_that_train_import_quietly_after_loading():
    script = "from digit_recognizer import training; training.load()"
    script += "; from digit_recognizer.training import fine_tune, fit"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stderr == ""
