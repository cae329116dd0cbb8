import contextlib
import errno
import hashlib
import http.server
import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from digit_recognizer.errors import DatasetUnavailable
from digit_recognizer.training import dataset
from digit_recognizer.training.config import DATA_VARIABLE
from digit_recognizer.training.dataset import (
    cache_path,
    dummy_dataset,
    generated_dataset,
    load_dataset,
    load_or_generate,
)
from digit_recognizer.training.events import Download


def mnist_arrays(training: int = 24, test: int = 4) -> dict[str, np.ndarray]:
    """Arrays in MNIST's layout; the first pixel of an image is its number, modulo 256."""

    def images(count):
        result = np.zeros((count, 28, 28), np.uint8)
        result[:, 0, 0] = np.arange(count) % 256
        return result

    return {
        "x_train": images(training),
        "y_train": (np.arange(training) % 10).astype(np.uint8),
        "x_test": images(test),
        "y_test": np.arange(test, dtype=np.uint8),
    }


def packed(**changes: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{**mnist_arrays(), **changes})
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch):
    """An empty Keras home, no data set in the environment, and a server that does not exist."""
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(dataset, "MNIST_URL", "http://127.0.0.1:9/mnist.npz")
    return tmp_path / "keras"


@pytest.fixture
def server(monkeypatch):
    """A web server for `mnist.npz`; set `.content` (bytes), `.status`, `.announced` (length)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            web.requests += 1
            self.send_response(web.status)
            self.send_header("Content-Length", str(web.announced or len(web.content)))
            self.end_headers()
            self.wfile.write(web.content)

        def log_message(self, *arguments):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.content, web.status, web.announced, web.requests = packed(), 200, None, 0
    monkeypatch.setattr(dataset, "MNIST_URL", f"http://127.0.0.1:{web.server_port}/mnist.npz")
    monkeypatch.setattr(dataset, "MNIST_SHA256", hashlib.sha256(web.content).hexdigest())
    thread = threading.Thread(target=web.serve_forever, args=(0.01,))
    thread.start()
    yield web
    web.shutdown()
    thread.join()
    web.server_close()


def test_a_named_file_is_read_whatever_its_checksum(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed())
    assert len(load_dataset(path).test_images) == 4


def test_a_named_file_comes_before_the_environment(tmp_path, monkeypatch):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed())
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "absent.npz"))
    assert len(load_dataset(path).test_images) == 4


def test_the_environment_comes_before_the_cache(tmp_path, monkeypatch, server):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed(x_test=np.zeros((1, 28, 28), np.uint8), y_test=np.zeros(1, np.uint8)))
    monkeypatch.setenv(DATA_VARIABLE, str(path))
    cache_path().parent.mkdir(parents=True)
    cache_path().write_bytes(server.content)
    assert len(load_dataset().test_images) == 1
    assert server.requests == 0


def test_a_cached_file_is_used_without_a_request(server):
    cache_path().parent.mkdir(parents=True)
    cache_path().write_bytes(server.content)
    assert len(load_dataset().test_images) == 4
    assert server.requests == 0


def test_a_download_is_cached(server):
    load_dataset()
    load_dataset()
    assert server.requests == 1
    assert [path.name for path in cache_path().parent.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize("damage", [lambda whole: whole[:-40], lambda whole: b""])
def test_a_damaged_cache_is_said_and_downloaded_anew(server, caplog, damage):
    cache_path().parent.mkdir(parents=True)
    cache_path().write_bytes(damage(server.content))
    assert load_dataset().test_labels.tolist() == [0, 1, 2, 3]
    assert cache_path().read_bytes() == server.content
    assert [record.message for record in caplog.records] == [
        f"MNIST at {cache_path()} is damaged; downloading it again."
    ]


def test_another_file_of_the_layout_in_the_cache_is_used_with_a_note(server, caplog):
    cache_path().parent.mkdir(parents=True)
    cache_path().write_bytes(packed(y_test=np.ones(4, np.uint8)))
    assert load_dataset(download=False).test_labels.tolist() == [1, 1, 1, 1]
    assert load_or_generate().note == ""
    assert server.requests == 0
    assert "is used, since its layout fits" in caplog.text


def test_a_full_disk_costs_the_cache_but_not_the_training(server, monkeypatch):
    cache_path().parent.mkdir(parents=True)
    cache_path().write_bytes(b"damaged")

    @contextlib.contextmanager
    def full(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield

    monkeypatch.setattr(dataset, "replacing", full)
    assert len(load_dataset().test_images) == 4
    assert cache_path().read_bytes() == b"damaged"


def test_a_damaged_download_is_refused_and_not_cached(server):
    server.content += b"x"
    with pytest.raises(DatasetUnavailable, match=r"SHA-256.*--data"):
        load_dataset()
    assert not cache_path().exists()


def test_a_download_that_breaks_off_is_refused(server):
    server.announced = len(server.content)
    server.content = server.content[:-1]
    with pytest.raises(DatasetUnavailable, match="--data"):
        load_dataset()
    assert not cache_path().exists()


def test_a_missing_file_on_the_server_is_said_with_the_remedy(server):
    server.status = 404
    with pytest.raises(DatasetUnavailable, match=f"Not Found.*--data or .{DATA_VARIABLE}"):
        load_dataset()


def test_no_network_is_said_with_the_remedy():
    with pytest.raises(DatasetUnavailable, match=r"refused.*--data"):
        load_dataset()


def test_a_silent_server_is_given_up(server, monkeypatch):
    monkeypatch.setattr(dataset, "DOWNLOAD_SECONDS", 0.05)
    server.release = threading.Event()
    monkeypatch.setattr(server, "finish_request", lambda *request: server.release.wait())
    with pytest.raises(DatasetUnavailable, match="timed out"):
        load_dataset()
    server.release.set()


def test_one_deadline_holds_for_a_download_that_never_ends(monkeypatch):
    asked, release = [], threading.Event()

    def open_dead_addresses(url, timeout):
        """As many addresses as release allows, each with a time-out of its own."""
        asked.append(timeout)
        release.wait()
        raise OSError("dead")

    monkeypatch.setattr(dataset, "DOWNLOAD_SECONDS", 0.01)
    monkeypatch.setattr(dataset.urllib.request, "urlopen", open_dead_addresses)
    with pytest.raises(DatasetUnavailable, match="timed out"):
        load_dataset()
    assert asked == [0.01]
    release.set()


def test_the_progress_of_a_download_is_told(server, monkeypatch):
    monkeypatch.setattr(dataset, "CHUNK", 100)
    events = []
    load_dataset(progress=events.append)
    size = len(server.content)
    assert events[0] == Download(0, None)
    assert events[-1] == Download(size, size)
    assert len(events) > 2
    events.clear()
    load_dataset(progress=events.append)
    assert events == []


def test_the_remedy_names_the_file_the_folder_and_the_flag(monkeypatch):
    with pytest.raises(DatasetUnavailable) as error:
        load_dataset()
    for part in (dataset.MNIST_URL, "$KERAS_HOME/datasets", "--data", DATA_VARIABLE):
        assert part in str(error.value)
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(dataset, "cache_path", lambda: Path("/nowhere/mnist.npz"))
    with pytest.raises(DatasetUnavailable, match=r"into ~/\.keras/datasets,"):
        load_dataset()


def test_a_home_that_cannot_be_written_to_does_not_matter(server, keras_home):
    keras_home.write_text("a file where the folder should be")
    assert len(load_dataset().test_images) == 4


def test_nothing_is_downloaded_when_that_is_not_wanted(server):
    with pytest.raises(DatasetUnavailable, match=r"mnist\.npz"):
        load_dataset(download=False)
    assert server.requests == 0


@pytest.mark.parametrize("named_by", ["path", "environment"])
def test_a_named_file_that_is_absent_is_not_replaced_by_another(
    tmp_path, monkeypatch, server, named_by
):
    path = tmp_path / "absent.npz"
    if named_by == "environment":
        monkeypatch.setenv(DATA_VARIABLE, str(path))
    with pytest.raises(DatasetUnavailable, match=r"absent\.npz.*No such file"):
        load_dataset(path if named_by == "path" else None)
    assert server.requests == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"x_train": np.zeros((24, 28, 28), np.float32)}, "float32"),
        ({"x_train": np.zeros((24, 784), np.uint8)}, "784"),
        ({"x_train": np.zeros((25, 28, 28), np.uint8)}, "labels"),
        ({"y_train": np.full(24, 10, np.uint8)}, "10"),
        ({"y_train": np.full(24, -1, np.int64)}, "-1"),
        ({"y_train": np.zeros(24, np.float32)}, "float32"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, np.uint8)}, "0 images"),
        (mnist_arrays(training=11), "11 images"),
    ],
)
def test_another_layout_is_refused_with_the_reason(tmp_path, changes, reason):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed(**changes))
    with pytest.raises(DatasetUnavailable, match=reason):
        load_dataset(path)


def test_missing_arrays_are_refused(tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, x_train=mnist_arrays()["x_train"])
    with pytest.raises(DatasetUnavailable, match="x_train"):
        load_dataset(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", packed()[:-40], packed()[:200] + bytes(50)],
    ids=["empty", "no zip", "cut off", "damaged"],
)
def test_bytes_that_are_no_npz_are_refused(tmp_path, content):
    path = tmp_path / "mine.npz"
    path.write_bytes(content)
    with pytest.raises(DatasetUnavailable, match="not MNIST"):
        load_dataset(path)


def test_nothing_is_unpickled(tmp_path):
    class Bomb:
        def __reduce__(self):
            return pytest.fail, ("unpickled",)

    path = tmp_path / "mine.npz"
    np.savez(path, **{**mnist_arrays(), "y_train": np.array([Bomb()] * 24, object)})
    with pytest.raises(DatasetUnavailable):
        load_dataset(path)


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed())
    monkeypatch.setattr(dataset, "MAX_FILE_BYTES", len(packed()) + 1)
    monkeypatch.setattr(np, "load", lambda *arguments, **options: pytest.fail("read"))
    with pytest.raises(DatasetUnavailable, match="unpacks"):
        load_dataset(path)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed())
    monkeypatch.setattr(dataset, "MAX_FILE_BYTES", len(packed()) - 1)
    with pytest.raises(DatasetUnavailable, match="larger"):
        load_dataset(path)


def test_a_small_set_validates_on_its_last_twelfth(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed(**mnist_arrays(training=36)))
    data = load_dataset(path)
    assert data.train_images[:, 0, 0].tolist() == list(range(33))
    assert data.val_images[:, 0, 0].tolist() == [33, 34, 35]
    assert data.val_labels.tolist() == [3, 4, 5]


def test_a_full_set_validates_on_its_last_5000(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed(**mnist_arrays(training=60_000)))
    data = load_dataset(path)
    assert (len(data.train_images), len(data.val_images)) == (55_000, 5_000)
    assert data.val_images[0, 0, 0] == 55_000 % 256


def test_labels_of_any_integer_type_become_bytes(tmp_path):
    path = tmp_path / "mine.npz"
    path.write_bytes(packed(y_train=np.arange(24) % 10))
    assert load_dataset(path).train_labels.dtype == np.uint8


def test_a_dummy_set_has_ink_in_every_split():
    data = dummy_dataset(30)
    assert len(data.train_images) == len(data.train_labels) == 30
    for images in (data.train_images, data.val_images, data.test_images):
        assert images.any(axis=(1, 2)).all()


def test_mnist_has_the_sizes_it_is_known_for(mnist):
    assert mnist.train_images.shape == (55_000, 28, 28)
    assert mnist.val_images.shape == (5_000, 28, 28)
    assert mnist.test_images.shape == (10_000, 28, 28)
    assert np.bincount(mnist.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


def test_without_mnist_and_network_the_training_set_is_generated(monkeypatch):
    monkeypatch.setattr(dataset, "GENERATED_SIZE", 120)
    data = load_or_generate()
    assert len(data.val_labels) == len(data.test_labels) == 10
    assert data.train_images.shape == (100, 28, 28)
    assert "generated handwriting instead of MNIST" in data.note
    assert DATA_VARIABLE in data.note


def test_a_generated_set_is_always_the_same():
    one, other = (generated_dataset("", 48) for _ in range(2))
    np.testing.assert_array_equal(one.train_images, other.train_images)


def test_mnist_comes_without_a_note_and_before_anything_generated(server):
    data = load_or_generate()
    assert not data.note
    assert len(data.test_images) == 4


def test_a_named_file_is_never_replaced_by_a_generated_set(tmp_path, monkeypatch):
    with pytest.raises(DatasetUnavailable, match="absent"):
        load_or_generate(tmp_path / "absent.npz")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "absent.npz"))
    with pytest.raises(DatasetUnavailable, match="absent"):
        load_or_generate()
