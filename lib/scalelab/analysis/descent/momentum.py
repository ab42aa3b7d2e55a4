"""Gradient descent with momentum on a quadratic bowl, direction by direction (Polyak 1964; Goh 2017, distill.pub).

In a direction of curvature h the distance x from the minimum follows

    v = momentum v + h x,    x = x - lr v,

which multiplies it, in the long run, by the larger root of z^2 - (1 + momentum - lr h) z + momentum = 0 in each step.
"""

import math

import numpy as np


def shrinking_factor(lr: float, momentum: float, curvature: float) -> float:
    """By what the distance is multiplied in each step in the long run; 1 or more where it does not shrink."""
    middle = 1 + momentum - lr * curvature
    return float(np.abs(np.roots([1, -middle, momentum])).max())


def best_momentum(largest: float, smallest: float) -> tuple[float, float]:
    """(lr, momentum) with the smallest factor for curvatures between these two; the factor is the momentum's root.

    With kappa = largest / smallest that is (sqrt(kappa) - 1) / (sqrt(kappa) + 1), where descent without momentum has at
    best (kappa - 1) / (kappa + 1) (Polyak 1964).
    """
    root = (math.sqrt(largest) - math.sqrt(smallest)) / (math.sqrt(largest) + math.sqrt(smallest))
    return (2 / (math.sqrt(largest) + math.sqrt(smallest))) ** 2, root**2


def momentum_path(lr: float, momentum: float, curvatures: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
    """Distances along each direction at the start and after each step: (steps + 1, directions)."""
    places, velocity = [np.asarray(start, dtype=float)], np.zeros(len(start))
    for _ in range(steps):
        velocity = momentum * velocity + curvatures * places[-1]
        places.append(places[-1] - lr * velocity)
    return np.array(places)


def steps_to(share: float, factor: float) -> float:
    """Steps until so small a share of the distance is left, at this factor a step; infinite where it stays."""
    return math.log(share) / math.log(factor) if 0 < factor < 1 else math.inf
