"""A shard of a parameter server: a slice of the weights, which workers read, replace, and move by their gradients.

Dean and others (2012), "Large scale distributed deep networks", section 4.1.
"""

import threading
import time

import msgspec
import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.steps import Step


class Arrival(msgspec.Struct, frozen=True):
    """A gradient that came: whose, how many others had come since its worker read the weights, and when, in seconds of
    the server's monotonic clock.
    """

    worker: int
    staleness: int
    time: float


class Shard:
    """A slice of the weights, (n,), and how a gradient moves it.

    Each connection has a thread of its own, so every method holds the shard's lock. `version` counts the gradients that
    have come; `arrivals` tells of each.
    """

    def __init__(self, weights: np.ndarray, step: Step):
        self.weights, self.step = np.array(weights), step
        self.version = 0
        self.arrivals: list[Arrival] = []
        self.lock = threading.Lock()

    def get(self) -> tuple[np.ndarray, int]:
        """A copy of the weights, (n,), and their version."""
        with self.lock:
            return self.weights.copy(), self.version

    def put(self, weights: np.ndarray) -> None:
        """Replace the weights; raises ScaleLabError where there are not as many."""
        self._check(weights, "put in their place")
        with self.lock:
            self.weights = np.array(weights, dtype=self.weights.dtype)

    def add(self, gradient: np.ndarray, read_at: int, worker: int = 0) -> int:
        """Move the weights by a gradient, (n,), that was taken where their version was `read_at`; give its staleness.

        Raises ScaleLabError where the gradient has another length.
        """
        self._check(gradient, "move them by")
        with self.lock:
            return self._move(gradient, read_at, worker)

    def exchange(self, gradient: np.ndarray, read_at: int, worker: int = 0) -> tuple[np.ndarray, int]:
        """`add` and `get` in one: nobody else's gradient comes between them."""
        self._check(gradient, "move them by")
        with self.lock:
            self._move(gradient, read_at, worker)
            return self.weights.copy(), self.version

    def trace(self) -> list[tuple[int, int, float]]:
        """Every arrival so far: (worker, staleness, time)."""
        with self.lock:
            return [(one.worker, one.staleness, one.time) for one in self.arrivals]

    def _move(self, gradient: np.ndarray, read_at: int, worker: int) -> int:
        staleness = self.version - read_at
        self.weights = self.step(self.weights, gradient, staleness)
        self.version += 1
        self.arrivals.append(Arrival(worker, staleness, time.monotonic()))
        return staleness

    def _check(self, values: np.ndarray, what_for: str) -> None:
        if values.shape != self.weights.shape:
            raise ScaleLabError(
                f"The shard holds weights of shape {self.weights.shape}, but got values of shape {values.shape} to "
                f"{what_for}."
            )
