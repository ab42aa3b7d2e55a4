"""What moves the weights, on a server as in a simulation: a function of the weights, a gradient, and its staleness."""

from collections.abc import Callable

import numpy as np

Gradient = Callable[[np.ndarray, int], np.ndarray]  # (weights, worker) to the gradient there
Step = Callable[[np.ndarray, np.ndarray, int], np.ndarray]  # (weights, gradient, staleness) to the new weights


def sgd(lr: float) -> Step:
    """w - lr g, however old the gradient is."""
    return lambda weights, gradient, _: weights - lr * gradient


def staleness_aware_sgd(lr: float) -> Step:
    """The learning rate divided by the staleness where that is above 1; Zhang and others (2015), equation 5."""
    return lambda weights, gradient, staleness: weights - lr / max(1, staleness) * gradient


class Adagrad:
    """Each weight at a rate of its own: lr over the root of the sum of its squared gradients so far; Duchi and others
    (2011). In Downpour SGD it lives on the server, where it keeps one slow weight of a stale gradient from running off.
    """

    def __init__(self, lr: float, epsilon: float = 1e-8):
        self.lr, self.epsilon = lr, epsilon
        self.squares: np.ndarray | float = 0.0

    def __call__(self, weights: np.ndarray, gradient: np.ndarray, staleness: int) -> np.ndarray:  # noqa: ARG002
        self.squares = self.squares + gradient**2
        return weights - self.lr * gradient / (np.sqrt(self.squares) + self.epsilon)
