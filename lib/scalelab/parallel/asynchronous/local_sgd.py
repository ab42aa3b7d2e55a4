"""Workers that train by themselves and meet now and then: local SGD, DiLoCo, and elastic averaging.

Stich (2019), "Local SGD converges fast and communicates little"; Douillard and others (2023), "DiLoCo", algorithm 1;
Zhang, Choromanska and LeCun (2015), "Deep learning with elastic averaging SGD", section 3.
"""

from collections.abc import Callable

import numpy as np

from scalelab.parallel.asynchronous.training import Gradient

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


def train_apart(
    start: np.ndarray, gradient: Gradient, workers: int, steps: int, lr: float, meet_every: int = 1,
    meet: Meet = average,
) -> np.ndarray:  # fmt: skip
    """The weights after each meeting, (steps // meet_every + 1, n): every worker makes `meet_every` steps of SGD from
    the common weights, then they meet. gradient(weights, worker) draws a batch of that worker.

    A meeting costs one all-reduce of the weights, so the bytes are 1 / meet_every of those of synchronous SGD, which
    `meet_every=1` with `average` is.
    """
    path = [np.asarray(start, dtype=float)]
    for _ in range(steps // meet_every):
        ends = []
        for worker in range(workers):
            weights = path[-1]
            for _ in range(meet_every):
                weights = weights - lr * gradient(weights, worker)
            ends.append(weights)
        path.append(meet(path[-1], np.mean(ends, axis=0)))
    return np.array(path)


def elastic_pull(own: np.ndarray, centre: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Elastic averaging's exchange of a worker with the centre: each moves towards the other by `strength` of what lies
    between them. Gives (own, centre); their sum stays the same.
    """
    pull = strength * (own - centre)
    return own - pull, centre + pull
