"""The parameter server as a worker sees it: one vector of weights, whatever the number of shards that hold it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from scalelab.errors import ScaleLabError


class HoldsWeights(Protocol):
    """A shard: here, or in another process (scalelab.parallel.asynchronous.remote)."""

    def get(self) -> tuple[np.ndarray, int]:
        """The weights, and their version."""

    def put(self, weights: np.ndarray) -> None:
        """Replace the weights."""

    def add(self, gradient: np.ndarray, read_at: int, worker: int = 0) -> int:
        """Move the weights by a gradient; its staleness."""

    def exchange(self, gradient: np.ndarray, read_at: int, worker: int = 0) -> tuple[np.ndarray, int]:
        """The same, and `get` right after it."""


class ParameterServer:
    """What one worker calls. Shard k holds the k-th of len(shards) slices, as numpy.array_split cuts them.

    It remembers the versions that were read last, for a gradient is as stale as the weights that it was taken at. The
    shards do not wait for each other: a vector may hold slices of different versions.
    """

    def __init__(self, shards: Sequence[HoldsWeights], worker: int = 0):
        self.shards, self.worker = list(shards), worker
        self.read_at = [0] * len(self.shards)
        self.elements: int | None = None  # not known before the first `get`

    def get(self) -> np.ndarray:
        """The weights as they are now, (n,)."""
        return self._join([shard.get() for shard in self.shards])

    def put(self, weights: np.ndarray) -> None:
        """Replace the weights, (n,)."""
        for shard, part in zip(self.shards, self._cut(weights), strict=True):
            shard.put(part)

    def add(self, gradient: np.ndarray) -> None:
        """Move the weights by a gradient, (n,), taken at the weights that were read last.

        Raises ScaleLabError where there are not as many weights.
        """
        for shard, part, read_at in zip(self.shards, self._cut(gradient), self.read_at, strict=True):
            shard.add(part, read_at, self.worker)

    def exchange(self, gradient: np.ndarray) -> np.ndarray:
        """`add`, and get the weights as they are right after it, (n,): one message a shard, not two."""
        parts = zip(self.shards, self._cut(gradient), self.read_at, strict=True)
        return self._join([shard.exchange(part, read_at, self.worker) for shard, part, read_at in parts])

    def _join(self, read: list[tuple[np.ndarray, int]]) -> np.ndarray:
        self.read_at = [version for _, version in read]
        weights = np.concatenate([part for part, _ in read])
        self.elements = len(weights)
        return weights

    def _cut(self, values: np.ndarray) -> list[np.ndarray]:
        if self.elements is not None and np.shape(values) != (self.elements,):
            raise ScaleLabError(
                f"The parameter server holds {self.elements:,} weights, but got values of shape {np.shape(values)}."
            )
        return np.array_split(values, len(self.shards))
