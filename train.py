"""Train a network on MNIST, print a line for each epoch, and save the network."""

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from digit_recognizer import training
from digit_recognizer.errors import RecognizerError
from digit_recognizer.files import print_any_name, replacing
from digit_recognizer.training.config import DATA_VARIABLE, DEFAULT_PRESET, PRESETS, TrainConfig
from digit_recognizer.training.events import (
    DatasetNote,
    Download,
    EpochResult,
    TrainingEvent,
    TrainingResult,
)

STOPPED = "Stopped; nothing was saved."
GUESSES = (
    "The network has learnt nothing: it hardly does better than guessing. "
    "Train again with a lower --learning-rate."
)
EPILOG = "presets:\n" + "\n".join(
    f"  {name:<10}hidden {'-'.join(map(str, preset.hidden))}, {preset.epochs} epochs, "
    f"batch size {preset.batch_size}, learning rate {preset.learning_rate:g} ({preset.schedule}), "
    f"{'with' if preset.augment else 'without'} distortions"
    for name, preset in PRESETS.items()
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    print_any_name()
    options = build_parser().parse_args(arguments)
    try:
        _run(options)
    except KeyboardInterrupt:
        return _fail(STOPPED)
    except RecognizerError as error:
        return _fail(str(error))
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The flags. A hyperparameter's flag has the name of its field; a preset has the default."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        default=DEFAULT_PRESET,
        help=f"recipe that sets the defaults of the flags below (default: {DEFAULT_PRESET})",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="passes over the training images")
    parser.add_argument("--batch-size", type=int, metavar="N", help="images in a step")
    parser.add_argument(
        "--learning-rate", type=float, metavar="X", help="highest step size of Adam"
    )
    parser.add_argument(
        "--hidden",
        type=int,
        nargs="+",
        metavar="N",
        help="units of each hidden layer, first to last",
    )
    parser.add_argument(
        "--augment",
        action=argparse.BooleanOptionalAction,
        help="distort the training images, differently each epoch",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of all randomness")
    parser.add_argument(
        "--data",
        metavar="FILE",
        help=f"an mnist.npz (default: ${DATA_VARIABLE}, else Keras's copy, else a download)",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        default="model.npz",
        help="file for the network, which app.py --model reads (default: model.npz)",
    )
    parser.add_argument(
        "--export-keras", metavar="FILE", help="save the network as a .keras file, too"
    )
    parser.add_argument("--json", metavar="FILE", help="file for the figures of every epoch")
    return parser


def _run(options: argparse.Namespace) -> None:
    config = _config(options)
    for path in filter(None, (options.output, options.export_keras, options.json)):
        _check_writable(Path(path))
    if options.export_keras and Path(options.export_keras).suffix != ".keras":
        raise RecognizerError(
            f"--export-keras {options.export_keras}: the name must end in .keras."
        )

    from digit_recognizer.training.dataset import load_or_generate

    data = load_or_generate(options.data, _print_event)

    with _leaving_at_ctrl_c():
        training.load()
        from digit_recognizer.training.fit import train
        from digit_recognizer.training.keras_mlp import export_keras

        result = train(config, data, _print_event)
    print(
        f"Test accuracy: {result.test_accuracy:.4f}, after {result.fit_seconds:.1f} s of training"
    )
    if result.evaluation.is_guess:
        print(GUESSES, file=sys.stderr)
    with _saving(options.output):
        result.mlp.save(options.output)
    if options.export_keras:
        with _saving(options.export_keras):
            export_keras(result.mlp, options.export_keras)
    if options.json:
        figures = json.dumps(_figures(config, result), indent=2) + "\n"
        with _saving(options.json), replacing(options.json) as file:
            file.write(figures.encode())


def _config(options: argparse.Namespace) -> TrainConfig:
    given = {
        field.name: getattr(options, field.name)
        for field in fields(TrainConfig)
        if field.name != "preset" and getattr(options, field.name, None) is not None
    }
    if "hidden" in given:
        given["hidden"] = tuple(given["hidden"])
    return replace(PRESETS[options.preset], **given)


def _check_writable(path: Path) -> None:
    """Raise RecognizerError before a long training if its file could not be written after it."""
    if not path.parent.is_dir():
        raise RecognizerError(f"{path} cannot be written: there is no folder {path.parent}.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise RecognizerError(f"{path} cannot be written: choose another name or folder.")


@contextlib.contextmanager
def _saving(path: str) -> Iterator[None]:
    """Print that a file was saved, or raise RecognizerError."""
    try:
        yield
    except OSError as error:
        raise RecognizerError(
            f"{path} could not be written ({error.strerror or error}); the old file is unchanged."
        ) from error
    print(f"Saved {path}")


@contextlib.contextmanager
def _leaving_at_ctrl_c() -> Iterator[None]:
    """End the process at Ctrl+C: KeyboardInterrupt, raised inside TensorFlow, can crash it."""

    def leave(*_):
        os.write(sys.stderr.fileno(), f"{STOPPED}\n".encode())
        os._exit(1)

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print_event(event: TrainingEvent) -> None:
    if isinstance(event, Download):
        if not event.read:
            print("Downloading MNIST, 11 MB", file=sys.stderr, flush=True)
    elif isinstance(event, DatasetNote):
        print(event.text, file=sys.stderr, flush=True)
    elif isinstance(event, EpochResult) and event.epoch:
        print(_line(event), flush=True)


def _line(event: EpochResult) -> str:
    return (
        f"Epoch {event.epoch}/{event.epochs}: loss {event.loss:.4f}, "
        f"accuracy {event.accuracy:.4f}, val_loss {event.val_loss:.4f}, "
        f"val_accuracy {event.val_accuracy:.4f}, seconds {event.seconds:.2f}"
    )


def _figures(config: TrainConfig, result: TrainingResult) -> dict:
    return {
        "config": asdict(config),
        "epochs": [each for each in result.mlp.metadata["history"] if each["epoch"]],
        "fit_seconds": result.fit_seconds,
        "test_accuracy": result.test_accuracy,
    }


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
