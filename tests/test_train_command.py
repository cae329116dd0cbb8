import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import train
from digit_recognizer import files
from digit_recognizer.network.evaluation import Evaluation
from digit_recognizer.network.mlp import Mlp
from digit_recognizer.training import dataset
from digit_recognizer.training.config import DATA_VARIABLE, PRESETS
from digit_recognizer.training.events import TrainingResult

ROOT = Path(train.__file__).parent
FEW = 1200
"""Generated digits, enough for a training; the program draws many more."""


def config(*arguments: str):
    return train._config(train.build_parser().parse_args(arguments))


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "train.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_gives_the_flags_their_defaults(preset):
    assert config("--preset", preset) == PRESETS[preset]


def test_flags_change_the_preset():
    changed = config(
        *("--preset", "quick", "--epochs", "3", "--batch-size", "64", "--learning-rate", "0.002"),
        *("--hidden", "64", "32", "--augment", "--seed", "7"),
    )
    assert (changed.epochs, changed.batch_size, changed.learning_rate) == (3, 64, 0.002)
    assert (changed.hidden, changed.augment, changed.seed) == ((64, 32), True, 7)
    assert changed.schedule == PRESETS["quick"].schedule


def test_distortions_can_be_turned_off():
    assert PRESETS["robust"].augment
    assert not config("--preset", "robust", "--no-augment").augment


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--epochs", "0"], "epochs is 0; it must be between"),
        (["--learning-rate", "10"], "learning rate"),
        (["--learning-rate", "nan"], "learning rate"),
        (["--hidden", "20000"], "units"),
        (["--data", "absent.npz"], "absent.npz"),
        (["--output", "no/such/folder/model.npz"], "no folder no/such/folder"),
        (["--output", "."], "cannot be written"),
        (["--json", "no/such/folder/figures.json"], "no folder"),
        (["--export-keras", "model.h5"], "must end in .keras"),
    ],
)
def test_what_cannot_work_is_one_sentence_before_any_training(
    arguments, said, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "digit_recognizer.training.fit", None)
    assert train.main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert said in output.err
    assert output.err.count("\n") == 1


def test_a_folder_that_cannot_be_written_to_is_said_before_any_training(
    tmp_path, monkeypatch, capsys
):
    # By permissions it would not hold for root.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert train.main(["--output", str(tmp_path / "model.npz")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("flag", ["--output", "--json", "--export-keras"])
def test_on_a_full_disk_the_old_file_stays_and_the_reason_is_one_sentence(
    flag, tiny_mnist, tmp_path, monkeypatch, capsys
):
    path = tmp_path / "old.keras"
    path.write_bytes(b"old")
    written = files.os.fdopen

    def on_a_full_disk(handle, mode):
        file = written(handle, mode)
        name = os.readlink(f"/proc/self/fd/{handle}")
        if path.name in name:
            file.close()
            return open("/dev/full", mode)
        return file

    monkeypatch.setattr(files.os, "fdopen", on_a_full_disk)
    monkeypatch.chdir(tmp_path)
    arguments = ["--preset", "quick", "--epochs", "1", "--batch-size", "20", "--hidden", "8"]
    assert train.main([*arguments, "--data", str(tiny_mnist), flag, str(path)]) == 1
    output = capsys.readouterr()
    assert output.err == (
        f"{path} could not be written (No space left on device); the old file is unchanged.\n"
    )
    assert path.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.part"))


def test_help_names_every_preset_and_loads_nothing_heavy():
    script = (
        "import sys, train\n"
        "try: train.main(['--help'])\n"
        "except SystemExit: print('heavy:', 'tensorflow' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "heavy: False" in shown
    for preset in PRESETS:
        assert f"\n  {preset} " in shown


@pytest.mark.parametrize(("right", "hint"), [(11, "a lower --learning-rate"), (97, "")])
def test_a_network_that_only_guesses_is_saved_with_a_hint(
    right, hint, tiny_mnist, tmp_path, monkeypatch, capsys
):
    confusion = np.diag([right] + [0] * 9) + np.eye(10, k=1, dtype=int) * (100 - right) // 9
    mlp = Mlp((np.zeros((784, 10), np.float32),), (np.zeros(10, np.float32),))
    result = TrainingResult(mlp, 1.0, Evaluation(confusion, ()))
    rooms = {"fit": {"train": lambda *_: result}, "keras_mlp": {"export_keras": None}}
    monkeypatch.setattr(train.training, "load", lambda: None)
    for room, names in rooms.items():
        name = f"digit_recognizer.training.{room}"
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(**names))
    path = tmp_path / "model.npz"
    assert train.main(["--data", str(tiny_mnist), "--output", str(path)]) == 0
    assert path.exists()
    errors = capsys.readouterr().err
    assert hint in errors
    assert bool(errors) == bool(hint)


@pytest.mark.slow
def test_a_training_prints_saves_and_exports(tiny_mnist, tmp_path):
    shown = run(
        *("--preset", "quick", "--epochs", 8, "--batch-size", 20, "--hidden", 32, 16),
        *("--data", tiny_mnist, "--output", tmp_path / "model.npz"),
        *("--export-keras", tmp_path / "model.keras", "--json", tmp_path / "figures.json"),
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    for number, line in enumerate(lines[:8], 1):
        assert line.startswith(f"Epoch {number}/8: loss ")
        for column in ("accuracy", "val_loss", "val_accuracy", "seconds"):
            assert f"{column} " in line
    assert lines[8].startswith("Test accuracy: ")

    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["config"]["hidden"] == [32, 16]
    assert figures["config"]["epochs"] == 8
    assert [epoch["epoch"] for epoch in figures["epochs"]] == list(range(1, 9))
    assert set(figures["epochs"][0]) == {
        *("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"),
    }
    assert figures["fit_seconds"] > 0
    assert figures["test_accuracy"] > 0.8
    assert f"{figures['test_accuracy']:.4f}" in lines[8]

    assert Mlp.load(tmp_path / "model.npz").hidden == (32, 16)
    assert (tmp_path / "model.keras").stat().st_size > 0


@pytest.mark.slow
def test_without_mnist_and_network_it_trains_on_generated_digits_and_says_so(tmp_path):
    output = tmp_path / "model.npz"
    nowhere = {"https_proxy": "http://127.0.0.1:9", "no_proxy": "", DATA_VARIABLE: ""}
    # As `python train.py`, but with fewer digits to draw.
    assert dataset.GENERATED_SIZE > FEW
    script = (
        "import sys, train\n"
        "from digit_recognizer.training import dataset\n"
        f"dataset.GENERATED_SIZE = {FEW}\n"
        "sys.exit(train.main(sys.argv[1:]))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script, "--preset", "quick", "--epochs", "2", "--output", output],
        cwd=ROOT,
        env={**os.environ, "KERAS_HOME": str(tmp_path), **nowhere},
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    tried, note = shown.stderr.splitlines()
    assert tried.startswith("Downloading MNIST")
    assert note.startswith("Training on generated handwriting instead of MNIST.")
    assert Mlp.load(output).metadata["data"] == "generated handwriting"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has other signals")
def test_ctrl_c_ends_a_training_in_one_sentence(tiny_mnist, tmp_path):
    command = [sys.executable, "train.py", "--preset", "quick", "--epochs", "200"]
    command += ["--data", str(tiny_mnist), "--output", str(tmp_path / "model.npz")]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs, which tests may be, start with the signal ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline().startswith("Epoch 1/200")
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
    assert error == "Stopped; nothing was saved.\n"
    assert process.returncode == 1
    assert list(tmp_path.iterdir()) == []
