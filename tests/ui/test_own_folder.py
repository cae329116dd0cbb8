import os
import subprocess
import sys
import threading

import pytest

from digit_recognizer.ui import own_folder
from digit_recognizer.ui.own_folder import LOCK, PREFIX, OwnFolder, sweep

pytestmark = pytest.mark.skipif(own_folder.fcntl is None, reason="Windows locks by itself")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv(own_folder.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(place):
    folder = OwnFolder()
    yield folder
    folder.close()


def test_the_folder_is_named_to_gradio_and_closed_to_other_accounts(folder, place):
    assert os.environ[own_folder.VARIABLE] == str(folder.path)
    assert folder.path.parent == place
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_nothing_is_left_at_the_end(place):
    folder = OwnFolder()
    (folder.path / "a").mkdir()
    (folder.path / "a" / "picture.png").write_bytes(b"1")
    folder.close()
    assert list(place.iterdir()) == []


def test_what_a_former_process_left_goes_and_what_a_running_one_uses_stays(place, monkeypatch):
    left = place / f"{PREFIX}left"
    (left / "a").mkdir(parents=True)
    (left / LOCK).touch()
    others = place / "other"
    others.mkdir()
    first = OwnFolder()
    monkeypatch.setenv(own_folder.VARIABLE, str(place))
    second = OwnFolder()
    assert sorted(place.iterdir()) == sorted([first.path, second.path, others])
    first.close()
    assert second.path.is_dir()
    second.close()


def test_a_process_that_is_killed_lets_go_of_its_folder(place):
    program = (
        "from digit_recognizer.ui.own_folder import OwnFolder; import os\n"
        "OwnFolder(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    assert len(list(place.iterdir())) == 1
    folder = OwnFolder()
    assert list(place.iterdir()) == [folder.path]
    folder.close()


def test_a_place_that_cannot_be_written_is_an_error(place, monkeypatch):
    (place / "file").touch()
    monkeypatch.setenv(own_folder.VARIABLE, str(place / "file"))
    with pytest.raises(OSError, match="file"):
        OwnFolder()


def test_old_files_and_the_folders_that_they_leave_empty_go(folder):
    (folder.path / "a").mkdir()
    (folder.path / "a" / "picture.png").write_bytes(b"1")
    (folder.path / "link").symlink_to("nowhere")
    seen = sweep(folder.path, {}, max_age=60)
    assert (folder.path / "a" / "picture.png") in seen
    long_ago = {path: (changed, found - 60) for path, (changed, found) in seen.items()}
    (folder.path / "a" / "picture.png").write_bytes(b"2")  # changed since
    sweep(folder.path, long_ago, max_age=60)
    assert (folder.path / "a" / "picture.png").exists()
    assert not (folder.path / "link").is_symlink()
    sweep(folder.path, {}, max_age=0)
    assert [path.name for path in folder.path.iterdir()] == [LOCK]


def test_the_sweeper_goes_on_after_any_error(place, monkeypatch, caplog):
    swept, done = [], threading.Event()

    def fail_once(path, seen):
        swept.append(path)
        if len(swept) == 1:
            raise RuntimeError("Set changed size during iteration")
        done.set()
        return seen

    monkeypatch.setattr(own_folder, "SWEEP_SECONDS", 0.001)
    monkeypatch.setattr(own_folder, "sweep", fail_once)
    folder = OwnFolder()
    assert done.wait(20)
    folder.close()
    assert "could not be deleted" in caplog.text


def test_a_place_where_no_file_can_be_locked_is_told(place, monkeypatch):
    def refuse(*_):
        raise OSError("Function not implemented")

    monkeypatch.setattr(own_folder.fcntl, "flock", refuse)
    with pytest.raises(OSError, match="locked"):
        OwnFolder()
    assert list(place.iterdir()) == []
