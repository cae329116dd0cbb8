"""The trained network: its matrices, its forward pass, its file.

Knows nothing about Keras, pictures or training; NumPy is enough to answer.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from digit_recognizer.constants import IMAGE_SIZE, NUM_CLASSES
from digit_recognizer.errors import BadModel
from digit_recognizer.files import BadArrays, UnreadableFile, open_npz, read_at_most, replacing

MAX_FILE_BYTES = 64 * 2**20
MAX_METADATA_BYTES = 2**18
MAX_METADATA_DEPTH = 20
"""Deeper nesting could not be pickled for the training process; a history of epochs needs 3."""
TEMPERATURE_RANGE = (1e-6, 1e6)
LARGEST_SCORE = 1e30
"""Scores beyond this come near the end of float32."""


@dataclass(frozen=True, eq=False)
class Mlp:
    """A multi-layer perceptron: dense layers with ReLU between them, softmax at the end.

    weights: one float32 (inputs, outputs) matrix a layer; the first has 784 inputs, the last 10
        outputs, or 11 when the network has learnt what is no digit.
    biases: one float32 (outputs,) vector a layer.
    temperature: what the scores are divided by so that confidence is accuracy (Guo et al. 2017).
    threshold: the certainty, 0 to 1, below which a picture is taken for no digit.
    metadata: plain JSON values that travel with the weights (recipe, date, figures).
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    temperature: float = 1.0
    threshold: float = 0.0
    metadata: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self):
        _check_layers(self.weights, self.biases)
        coldest, hottest = TEMPERATURE_RANGE
        if not (coldest <= self.temperature <= hottest and 0 <= self.threshold < 1):
            raise BadModel(
                f"The temperature is {self.temperature} and the threshold {self.threshold}; "
                f"expected {coldest:g} to {hottest:g} and 0 to below 1."
            )
        for array in (*self.weights, *self.biases):
            array.flags.writeable = False

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of each hidden layer."""
        return tuple(len(bias) for bias in self.biases[:-1])

    def outputs(self, pixels: np.ndarray) -> np.ndarray:
        """Scores before the softmax.

        pixels: float32 (N, 28, 28) or (N, 784) in [0, 1], ink 1. Returns float32 (N, 10), or
        (N, 11) for a network that has learnt, as an eleventh class, what is no digit.
        """
        activations = pixels.reshape(len(pixels), -1)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            activations = np.maximum(activations @ weight + bias, 0)
        return activations @ self.weights[-1] + self.biases[-1]

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        """The digits' scores, float32 (N, 10), of `pixels` (see `outputs`)."""
        return self.outputs(pixels)[:, :NUM_CLASSES]

    def answer(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of the digits, float32 (N, 10), each row sums to 1, and certainties (N,).

        The certainty is the probability of the likeliest digit among all that `pixels` (see
        `outputs`) could be: for a network with an eleventh class that includes no digit at all.
        """
        outputs = self.outputs(pixels) / self.temperature
        return softmax(outputs[:, :NUM_CLASSES]), softmax(outputs)[:, :NUM_CLASSES].max(axis=1)

    @property
    def knows_none(self) -> bool:
        """Whether an eleventh class stands for everything that is no digit."""
        return len(self.biases[-1]) > NUM_CLASSES

    def probabilities(self, pixels: np.ndarray) -> np.ndarray:
        """The digits' probabilities alone (see `answer`)."""
        return self.answer(pixels)[0]

    def accuracy(self, pixels: np.ndarray, labels: np.ndarray) -> float:
        """Share (0 to 1) of `pixels` (see `logits`) whose largest logit is at `labels` (N,)."""
        return accuracy(self.logits(pixels), labels)

    def save(self, path: str | os.PathLike) -> None:
        """Write an `.npz` with `weight_0`, `bias_0`, … and `metadata` (JSON).

        The file at `path` is replaced at once or, when writing fails (OSError), left as it was.
        """
        arrays = {
            "metadata": np.array(json.dumps(dict(self.metadata))),
            "temperature": np.array(self.temperature),
            "threshold": np.array(self.threshold),
        }
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            arrays[f"weight_{index}"] = weight
            arrays[f"bias_{index}"] = bias
        with replacing(path) as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Mlp":
        """Read what `save` wrote. Raises BadModel for anything else; nothing is unpickled."""
        name = Path(path).name
        try:
            content = read_at_most(path, MAX_FILE_BYTES)
        except UnreadableFile as error:
            raise BadModel(f"{name} cannot be read: {error}.") from error
        if content is None:
            raise BadModel(f"{name} is larger than {MAX_FILE_BYTES >> 20} MB.")
        try:
            with open_npz(content, MAX_FILE_BYTES) as arrays:
                layers = sum(key.startswith("weight_") for key in arrays)
                weights = tuple(arrays[f"weight_{index}"] for index in range(layers))
                biases = tuple(arrays[f"bias_{index}"] for index in range(layers))
                temperature, threshold = float(arrays["temperature"]), float(arrays["threshold"])
                metadata = _parse_metadata(arrays["metadata"])
            mlp = cls(weights, biases, temperature, threshold, metadata)
            _check_scale(mlp)
            return mlp
        except BadModel:
            raise
        except Exception as error:  # zipfile, zlib and NumPy each raise their own on hostile bytes
            reason = error if isinstance(error, BadArrays) else "it is not a valid .npz file"
            raise BadModel(
                f"{name} is not a network saved by this program ({reason}); "
                "train one with train.py or download one from the page."
            ) from error


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share (0 to 1) of `logits` (N, 10) whose largest is at `labels` (N,)."""
    return float((logits.argmax(axis=1) == labels).mean())


def softmax(scores: np.ndarray) -> np.ndarray:
    """Softmax of float32 (N, K) over its rows."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _check_layers(weights: tuple[np.ndarray, ...], biases: tuple[np.ndarray, ...]) -> None:
    if not weights or len(weights) != len(biases):
        raise BadModel("A network needs as many bias vectors as weight matrices, at least one.")
    inputs = IMAGE_SIZE * IMAGE_SIZE
    for weight, bias in zip(weights, biases, strict=True):
        if weight.dtype != np.float32 or bias.dtype != np.float32:
            raise BadModel(f"Weights are {weight.dtype} and {bias.dtype}; expected float32.")
        if weight.ndim != 2 or len(weight) != inputs or bias.shape != weight.shape[1:]:
            raise BadModel(
                f"A layer has weights {weight.shape} and biases {bias.shape}; "
                f"expected {inputs} inputs and one bias for each output."
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise BadModel("The network has weights that are not finite numbers.")
        inputs = weight.shape[1]
    if inputs not in (NUM_CLASSES, NUM_CLASSES + 1):
        raise BadModel(f"The network has {inputs} outputs; expected {NUM_CLASSES}.")


def _parse_metadata(array: np.ndarray) -> dict:
    if array.nbytes > MAX_METADATA_BYTES:
        raise BadArrays("its metadata are too long")
    metadata = json.loads(str(array))
    if not isinstance(metadata, dict):
        raise BadArrays("its metadata are not a JSON object")
    _check_depth(metadata, MAX_METADATA_DEPTH)
    return metadata


def _check_depth(value: object, levels: int) -> None:
    if isinstance(value, (dict, list)):
        if not levels:
            raise BadArrays("its metadata are nested too deeply")
        for part in value.values() if isinstance(value, dict) else value:
            _check_depth(part, levels - 1)


def _check_scale(mlp: Mlp) -> None:
    """No picture may lead to scores that overflow, which would make the answer NaN."""
    largest = 1.0
    for weight, bias in zip(mlp.weights, mlp.biases, strict=True):
        reach = np.abs(weight).sum(axis=0, dtype=float) * largest + np.abs(bias)
        largest = max(1.0, float(reach.max()))
        if largest / min(1.0, mlp.temperature) > LARGEST_SCORE:
            raise BadModel("The network's weights are so large that its scores would overflow.")
