"""Downpour SGD: a worker that trains its own copy of the weights, and tells the server of it now and then.

Dean and others (2012), section 4.1 and algorithm 7.1.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from scalelab.errors import ScaleLabError

BatchGradient = Callable[[np.ndarray, int], np.ndarray]  # (weights, number of the step) to the gradient there, (n,)


class Weights(Protocol):
    """What a worker needs of a parameter server."""

    def get(self) -> np.ndarray:
        """The weights as they are now, (n,)."""

    def add(self, gradient: np.ndarray) -> None:
        """Move them by a gradient, (n,)."""


class Exchanges(Protocol):
    """What a worker needs that gives a gradient for weights."""

    def get(self) -> np.ndarray:
        """The weights as they are now, (n,)."""

    def exchange(self, gradient: np.ndarray) -> np.ndarray:
        """Move them by a gradient, and get them as they are then."""


def downpour(
    server: Weights, gradient: BatchGradient, steps: int, lr: float, fetch_every: int = 1, push_every: int = 1
) -> np.ndarray:
    """Train for so many steps, and give the worker's own weights, (n,).

    It fetches the server's weights before every `fetch_every`-th step, and after every `push_every`-th pushes the sum
    of its gradients since the last push; between two fetches it moves its copy by SGD with `lr`. A rest is pushed in
    the end. Raises ScaleLabError where one of the numbers is below 1.
    """
    if min(fetch_every, push_every) < 1:
        raise ScaleLabError(f"Expected to fetch and push every 1 or more steps, not {fetch_every} and {push_every}.")
    weights = server.get()
    accrued = np.zeros_like(weights)
    for step in range(steps):
        if step and step % fetch_every == 0:
            weights = server.get()
        slope = gradient(weights, step)
        weights = weights - lr * slope
        accrued += slope
        if (step + 1) % push_every == 0 or step + 1 == steps:
            server.add(accrued)
            accrued = np.zeros_like(accrued)
    return weights


def asynchronous_sgd(server: Exchanges, gradient: BatchGradient, steps: int) -> np.ndarray:
    """The least that a worker can do: a gradient where it has read, and in exchange for it the weights of now."""
    weights = server.get()
    for step in range(steps):
        weights = server.exchange(gradient(weights, step))
    return weights
