import os
from dataclasses import replace

import numpy as np
import pytest

from digit_recognizer.errors import BadModel
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer
from digit_recognizer.ui.training import model_files
from digit_recognizer.ui.training.model_files import ModelFile, fingerprint, load_model


@pytest.fixture
def mlp():
    generator = np.random.default_rng(0)
    weights = [generator.normal(0, 1, shape).astype(np.float32) for shape in ((784, 8), (8, 11))]
    biases = [np.zeros(8, np.float32), np.ones(11, np.float32)]
    return Mlp(tuple(weights), tuple(biases), 1.5, 0.25, {"preset": "quick"})


@pytest.fixture
def component(tmp_path):
    component = ModelFile(render=False)
    component.GRADIO_CACHE = str(tmp_path)
    return component


def test_a_downloaded_network_is_one_that_all_else_loads(component, mlp):
    path = component.postprocess(mlp).path
    for loaded in (load_model(path), Recognizer.load(path).mlp):
        np.testing.assert_array_equal(loaded.weights[0], mlp.weights[0])
        assert (loaded.temperature, loaded.threshold) == (1.5, 0.25)
        assert loaded.metadata == {"preset": "quick"}


def test_a_download_lies_where_gradio_cleans_up(component, mlp, tmp_path):
    path = component.postprocess(mlp).path
    assert os.path.commonpath([path, tmp_path]) == str(tmp_path)
    component.move_resource_to_block_cache(path)
    assert component.temp_files == {path}


def test_asking_again_for_the_same_network_makes_no_second_file(component, mlp, tmp_path):
    component.postprocess(mlp)
    component.postprocess(replace(mlp))
    component.postprocess(replace(mlp, metadata={"preset": "robust"}))
    assert len(list(tmp_path.rglob("*.npz"))) == 2


def test_a_fingerprint_tells_networks_apart(mlp):
    others = [
        replace(mlp, temperature=2.0),
        replace(mlp, threshold=0.5),
        replace(mlp, metadata={}),
        replace(mlp, biases=(mlp.biases[0], mlp.biases[1] * 2)),
    ]
    assert len({fingerprint(each) for each in (mlp, *others)}) == 5
    assert fingerprint(replace(mlp)) == fingerprint(mlp)


def test_what_is_no_network_is_refused(tmp_path):
    path = tmp_path / "note.npz"
    path.write_bytes(b"no network")
    with pytest.raises(BadModel, match=r"note\.npz"):
        load_model(str(path))


def test_a_network_larger_than_one_may_train_is_refused(tmp_path, mlp, monkeypatch):
    mlp.save(tmp_path / "model.npz")
    monkeypatch.setattr(model_files, "MAX_PARAMETERS", 100)
    with pytest.raises(BadModel, match="has 6,379 parameters; the page takes at most 100"):
        load_model(str(tmp_path / "model.npz"))
