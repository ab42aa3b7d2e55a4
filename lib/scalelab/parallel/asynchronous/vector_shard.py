"""A shard of several vectors: what Sandblaster's coordinator may ask of it is a number, never a vector.

Dean and others (2012), section 4.2 and algorithm 7.2.
"""

import threading

import numpy as np

from scalelab.errors import ScaleLabError


class VectorShard:
    """One slice of each of some vectors, by their names. Every method holds the shard's lock."""

    def __init__(self, weights: np.ndarray):
        self.vectors = {"weights": np.array(weights, dtype=float)}
        self.round, self.came = 0, set[int]()
        self.lock = threading.Lock()

    def get(self, name: str) -> np.ndarray:
        """A copy of this slice of a vector, for the workers."""
        with self.lock:
            return self._named(name).copy()

    def dot(self, a: str, b: str) -> float:
        """The share of this slice in the product of two vectors."""
        with self.lock:
            return float(self._named(a) @ self._named(b))

    def combine(self, target: str, parts: list[tuple[float, str]]) -> None:
        """target = the sum of factor * vector over the parts; it may be one of them."""
        with self.lock:
            total = sum(factor * self._named(name) for factor, name in parts)
            self.vectors[target] = np.asarray(total, dtype=float)

    def begin(self, number: int) -> None:
        """A new round of tasks: "gradient" is 0, and what comes of an older round is not wanted."""
        with self.lock:
            self.round, self.came = number, set()
            self.vectors["gradient"] = np.zeros_like(self.vectors["weights"])

    def accumulate(self, number: int, task: int, values: np.ndarray) -> None:
        """Add a task's part of the gradient; once, however many workers did that task."""
        with self.lock:
            if number != self.round or task in self.came:
                return
            if values.shape != self.vectors["gradient"].shape:
                raise ScaleLabError(
                    f"The shard holds {self.vectors['gradient'].size:,} weights, but task {task} gave a gradient of "
                    f"shape {values.shape}."
                )
            self.came.add(task)
            self.vectors["gradient"] += values

    def _named(self, name: str) -> np.ndarray:
        if name not in self.vectors:
            raise ScaleLabError(f"The shard holds no vector `{name}`, but {', '.join(self.vectors)}.")
        return self.vectors[name]
