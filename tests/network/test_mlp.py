import io
import itertools
import os
import stat
import zipfile

import numpy as np
import pytest

from digit_recognizer.errors import BadModel
from digit_recognizer.network import mlp as mlp_module
from digit_recognizer.network.mlp import Mlp


def random_mlp(hidden: tuple[int, ...] = (16, 12), **metadata: object) -> Mlp:
    generator = np.random.default_rng(3)
    sizes = (784, *hidden, 10)
    return Mlp(
        tuple(
            generator.normal(0, 0.1, shape).astype(np.float32)
            for shape in itertools.pairwise(sizes)
        ),
        tuple(generator.normal(0, 0.1, size).astype(np.float32) for size in sizes[1:]),
        metadata=metadata,
    )


def random_pixels(count: int = 5) -> np.ndarray:
    return np.random.default_rng(4).random((count, 28, 28), dtype=np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("hidden", [(128,), (64, 32, 16)])
def test_the_forward_pass_equals_keras(hidden, normalize):
    import keras

    from digit_recognizer.training.keras_mlp import build_network, to_mlp

    network = build_network(hidden, normalize=normalize)
    generator = np.random.default_rng(5)
    for variable in network.variables:
        value = generator.normal(0, 0.1, variable.shape)
        variable.assign(value**2 + 0.5 if "variance" in variable.path else value)
    pixels = random_pixels(50)
    expected = keras.ops.softmax(network(pixels)).numpy()
    np.testing.assert_allclose(to_mlp(network).probabilities(pixels), expected, atol=1e-5)


@pytest.mark.slow
def test_a_keras_export_answers_as_the_network_does(tmp_path):
    import keras

    from digit_recognizer.training.keras_mlp import export_keras

    mlp = random_mlp()
    export_keras(mlp, tmp_path / "model.keras")
    network = keras.saving.load_model(tmp_path / "model.keras")
    pixels = random_pixels()
    np.testing.assert_allclose(network(pixels).numpy(), mlp.logits(pixels), atol=1e-5)


def test_a_network_of_one_layer_is_a_product_and_a_sum():
    mlp = random_mlp(hidden=())
    pixels = random_pixels()
    expected = pixels.reshape(5, 784) @ mlp.weights[0] + mlp.biases[0]
    np.testing.assert_allclose(mlp.logits(pixels), expected)
    np.testing.assert_allclose(mlp.logits(pixels.reshape(5, 784)), expected)


def test_probabilities_are_float32_and_sum_to_one():
    probabilities = random_mlp().probabilities(random_pixels())
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (5, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_enormous_scores_do_not_overflow():
    mlp = random_mlp()
    loud = Mlp(tuple(weight * 1e9 for weight in mlp.weights), mlp.biases)
    assert np.isfinite(loud.probabilities(random_pixels())).all()


def test_accuracy_is_the_share_of_right_answers():
    mlp = random_mlp()
    labels = mlp.logits(random_pixels()).argmax(axis=1)
    labels[0] = (labels[0] + 1) % 10
    assert mlp.accuracy(random_pixels(), labels) == pytest.approx(0.8)


def test_the_hidden_layers_are_known():
    assert random_mlp((7, 5)).hidden == (7, 5)


def test_a_network_cannot_be_changed():
    mlp = random_mlp()
    with pytest.raises(ValueError, match="read-only"):
        mlp.weights[0][0, 0] = 1
    with pytest.raises(AttributeError):
        mlp.weights = ()


def test_a_saved_network_comes_back_exactly(tmp_path):
    mlp = random_mlp(preset="quick", figures={"test": 0.98})
    mlp.save(tmp_path / "model.npz")
    loaded = Mlp.load(tmp_path / "model.npz")
    for before, after in zip(mlp.weights + mlp.biases, loaded.weights + loaded.biases, strict=True):
        np.testing.assert_array_equal(before, after)
    assert loaded.metadata == {"preset": "quick", "figures": {"test": 0.98}}


def test_a_name_without_an_extension_is_kept(tmp_path):
    random_mlp().save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_a_saved_network_can_be_read_by_others(tmp_path):
    random_mlp().save(tmp_path / "model.npz")
    assert stat.S_IMODE((tmp_path / "model.npz").stat().st_mode) == 0o644


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    random_mlp(version=1).save(path)

    def broken(*arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", broken)
    with pytest.raises(OSError, match="disk full"):
        random_mlp(version=2).save(path)
    assert Mlp.load(path).metadata == {"version": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.npz"]


def saved(**changes: np.ndarray | None) -> bytes:
    """A saved network with arrays replaced, or left out for None."""
    mlp = random_mlp()
    arrays = {"metadata": np.array("{}")}
    for index in range(3):
        arrays[f"weight_{index}"] = mlp.weights[index]
        arrays[f"bias_{index}"] = mlp.biases[index]
    arrays.update(changes)
    buffer = io.BytesIO()
    np.savez(buffer, **{key: value for key, value in arrays.items() if value is not None})
    return buffer.getvalue()


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


WRONG_FILES = {
    "empty": b"",
    "no zip": b"not a zip",
    "cut off": saved()[:-100],
    "no arrays": saved(**dict.fromkeys(np.load(io.BytesIO(saved())))),
    "a weight is absent": saved(weight_0=None),
    "a bias is absent": saved(bias_1=None),
    "no metadata": saved(metadata=None),
    "metadata that is no JSON": saved(metadata=np.array("no JSON")),
    "metadata that is a list": saved(metadata=np.array("[1]")),
    "metadata nested too deeply to be pickled": saved(
        metadata=np.array('{"history": ' + "[" * 500 + "]" * 500 + "}")
    ),
    "a pickle": saved(metadata=np.array([Bomb()], object)),
    "too few inputs": saved(weight_0=np.zeros((783, 16), np.float32)),
    "layers that do not fit": saved(weight_1=np.zeros((16, 16), np.float32)),
    "eleven outputs": saved(
        weight_2=np.zeros((12, 11), np.float32), bias_2=np.zeros(11, np.float32)
    ),
    "float64": saved(weight_0=np.zeros((784, 16))),
    "not a number": saved(bias_0=np.full(16, np.nan, np.float32)),
    "a bias without a shape": saved(bias_0=np.float32(0)),
}


@pytest.mark.parametrize("what", WRONG_FILES)
def test_a_file_that_is_no_network_is_refused(tmp_path, what):
    path = tmp_path / "model.npz"
    path.write_bytes(WRONG_FILES[what])
    with pytest.raises(BadModel) as caught:
        Mlp.load(path)
    assert str(caught.value).endswith(".")
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weight_0.npy", bytes(mlp_module.MAX_FILE_BYTES + 1))
    monkeypatch.setattr(np, "load", lambda *arguments, **options: pytest.fail("read"))
    with pytest.raises(BadModel, match="unpacks"):
        Mlp.load(path)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    with open(path, "wb") as file:
        file.truncate(mlp_module.MAX_FILE_BYTES + 1)
    with pytest.raises(BadModel, match="larger"):
        Mlp.load(path)


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "absent.npz", tmp_path):
        with pytest.raises(BadModel, match="cannot be read"):
            Mlp.load(path)


def test_an_eleventh_output_is_for_non_digits():
    for outputs, knows in ((10, False), (11, True)):
        mlp = Mlp((np.zeros((784, outputs), np.float32),), (np.zeros(outputs, np.float32),))
        assert mlp.knows_non_digits == knows
