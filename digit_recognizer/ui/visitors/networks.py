"""Networks with a name, and the networks of a training's epochs, kept small and in bounds.

A `Shelf` holds the networks of one training. A `Storage` bounds the memory of all shelves and drops
the oldest networks first. The networks of a shelf go with the shelf. Knows nothing about pages or
trainings.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from dataclasses import dataclass, field

import numpy as np

from digit_recognizer.network.mlp import Mlp
from digit_recognizer.recognizer import Recognizer

BYTES_A_SHELF = 50 * 2**20
BYTES_IN_ALL = 2**30
LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Network:
    """A network that can answer a visitor.

    name: for people. kind: "built-in", "training" while it is trained, or "own". number: tells one
    network from another in the browser.
    """

    recognizer: Recognizer
    name: str
    kind: str = "own"
    number: int = field(default_factory=itertools.count(1).__next__)


@dataclass(frozen=True, eq=False)
class CompactMlp:
    """An Mlp in half the memory: its arrays as float16, and without its metadata."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    temperature: float
    threshold: float

    @classmethod
    def of(cls, mlp: Mlp) -> CompactMlp:
        """The compact form; numbers keep three digits, and larger ones become float16's largest."""
        return cls(_half(mlp.weights), _half(mlp.biases), mlp.temperature, mlp.threshold)

    @property
    def bytes(self) -> int:
        """Memory of the arrays."""
        return sum(array.nbytes for array in (*self.weights, *self.biases))

    def mlp(self) -> Mlp:
        """The full network; its answers differ from the original's by rounding only."""
        return Mlp(_single(self.weights), _single(self.biases), self.temperature, self.threshold)


class Storage:
    """Room for the shelves of all visitors; safe between threads."""

    def __init__(self, bytes_a_shelf: int = BYTES_A_SHELF, bytes_in_all: int = BYTES_IN_ALL):
        self._bytes_a_shelf = bytes_a_shelf
        self._bytes_in_all = bytes_in_all
        self._lock = threading.Lock()
        self._ages = itertools.count()
        self._shelves: weakref.WeakSet[Shelf] = weakref.WeakSet()

    def new_shelf(self) -> Shelf:
        """An empty shelf; it exists for as long as the caller keeps it."""
        shelf = Shelf(self)
        with self._lock:
            self._shelves.add(shelf)
        return shelf

    def put(self, shelf: Shelf, epoch: int, network: CompactMlp) -> None:
        """Put a network on a shelf and make room for it."""
        with self._lock:
            shelf.networks[epoch] = next(self._ages), network
            while len(shelf.networks) > 1 and shelf.bytes > self._bytes_a_shelf:
                shelf.drop_oldest()
            while self._bytes() > self._bytes_in_all:
                min(filter(len, self._shelves), key=Shelf.age).drop_oldest()

    @property
    def bytes(self) -> int:
        """Memory of all shelves' networks."""
        with self._lock:
            return self._bytes()

    def _bytes(self) -> int:
        return sum(shelf.bytes for shelf in self._shelves)


class Shelf:
    """The networks of one run, by epoch; made by a `Storage`."""

    def __init__(self, storage: Storage):
        self._storage = storage
        self.networks: dict[int, tuple[int, CompactMlp]] = {}

    def __len__(self) -> int:
        return len(self.networks)

    def put(self, epoch: int, mlp: Mlp) -> None:
        """Keep the network of an epoch until its room is needed."""
        self._storage.put(self, epoch, CompactMlp.of(mlp))

    def get(self, epoch: int) -> Mlp | None:
        """The network of an epoch; None when it was never stored or was dropped."""
        _, network = self.networks.get(epoch, (0, None))
        return network and network.mlp()

    @property
    def epochs(self) -> list[int]:
        """The stored epochs, in order."""
        return sorted(list(self.networks))

    def clear(self) -> None:
        """Drop all networks."""
        self.networks = {}

    @property
    def bytes(self) -> int:
        """Memory of the networks."""
        return sum(network.bytes for _, network in list(self.networks.values()))

    def age(self) -> int:
        """Age number of the oldest network; it grows with the time of `put`."""
        return min((age for age, _ in list(self.networks.values())), default=0)

    def drop_oldest(self) -> None:
        """Drop the network that was put first."""
        oldest = min(self.networks, key=lambda epoch: self.networks[epoch][0])
        del self.networks[oldest]


def known_accuracy(metadata: object) -> float | None:
    """The test accuracy that a network's metadata claim, 0 to 1; None when they say nothing."""
    accuracy = metadata.get("test_accuracy") if hasattr(metadata, "get") else None
    is_share = isinstance(accuracy, float) and 0 <= accuracy <= 1
    return accuracy if is_share else None


def _half(arrays: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.clip(array, -LARGEST, LARGEST).astype(np.float16) for array in arrays)


def _single(arrays: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return tuple(array.astype(np.float32) for array in arrays)
