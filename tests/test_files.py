import os
import subprocess
import sys
from pathlib import Path

import pytest

from digit_recognizer.files import replacing

ROOT = Path(__file__).parents[1]


def test_a_file_is_replaced_when_all_is_written(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_stays_when_writing_fails(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def write_half():
        with replacing(path) as file:
            file.write(b"ne")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="Windows limits no file's size")
def test_on_a_disk_that_fills_up_the_old_network_stays(tmp_path):
    path = tmp_path / "model.npz"
    script = f"""
import resource, numpy as np
from digit_recognizer.network.mlp import Mlp
def save(version):
    source = np.random.default_rng(version)
    weights = source.normal(0, 1, (784, 10)).astype(np.float32)
    mlp = Mlp((weights,), (np.zeros(10, np.float32),), metadata={{"version": version}})
    mlp.save({str(path)!r})
save(1)
# As a full disk, a file that may not grow fails in the middle of a write.
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save(2)
except OSError as error:
    print(Mlp.load({str(path)!r}).metadata, error.strerror)
"""
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert shown.stdout == "{'version': 1} File too large\n"
    assert list(tmp_path.iterdir()) == [path]
