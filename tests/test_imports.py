import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "gradio")


@pytest.mark.parametrize(
    "module",
    [
        "digit_recognizer",
        "digit_recognizer.training.worker",
        "digit_recognizer.training.dataset",
        "train",
    ],
)
def test_an_import_loads_neither_tensorflow_nor_gradio(module):
    script = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""


def test_reading_a_picture_loads_neither_tensorflow_nor_gradio(tmp_path):
    script = f"""
import sys, numpy as np
from digit_recognizer import Recognizer
from digit_recognizer.network.mlp import Mlp
mlp = Mlp((np.zeros((784, 10), np.float32),), (np.zeros(10, np.float32),))
picture = np.full((50, 50), 255, np.uint8)
picture[10:40, 22:28] = 0
Recognizer(mlp).predict(picture)
print(*sorted(set(sys.modules) & set({HEAVY!r})))
"""
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""
