"""How workers meet that have trained by themselves for a while: local SGD, DiLoCo, and elastic averaging.

Stich (2019), "Local SGD converges fast and communicates little"; Douillard and others (2023), "DiLoCo", algorithm 1;
Zhang, Choromanska and LeCun (2015), "Deep learning with elastic averaging SGD", section 3.
"""

from collections.abc import Callable

import numpy as np

Meet = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (weights before, mean of the workers' now) to the weights


def average(before: np.ndarray, mean: np.ndarray) -> np.ndarray:  # noqa: ARG001  (where they came from does not count)
    """Local SGD: go on from the mean."""
    return mean


class OuterNesterov:
    """DiLoCo: take (before - mean) for a gradient, and step by SGD with Nesterov momentum."""

    def __init__(self, lr: float = 0.7, momentum: float = 0.9):
        self.lr, self.momentum = lr, momentum
        self.velocity: np.ndarray | float = 0.0

    def __call__(self, before: np.ndarray, mean: np.ndarray) -> np.ndarray:
        outer = before - mean
        self.velocity = self.momentum * self.velocity + outer
        return before - self.lr * (outer + self.momentum * self.velocity)


def elastic_pull(own: np.ndarray, centre: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Elastic averaging's exchange of a worker with the centre: each moves towards the other by `strength` of what lies
    between them. Gives (own, centre); their sum stays the same.
    """
    pull = strength * (own - centre)
    return own - pull, centre + pull
