"""A noisy line: the smallest data set on which gradient descent can be watched."""

import math
from dataclasses import dataclass

import numpy as np

from scalelab.errors import ScaleLabError


@dataclass(frozen=True, eq=False)
class Line:
    """x and y: float64 (n,), with the w and b they were made from, the noise's standard deviation, and the seed."""

    x: np.ndarray
    y: np.ndarray
    w: float
    b: float
    noise: float
    seed: int


def noisy_line(
    examples: int = 100, w: float = 2.0, b: float = 1.0, noise: float = 0.5, seed: int = 0,
    centre: float = 0.0, spread: float = 1.0,
) -> Line:  # fmt: skip
    """y = w x + b + noise N(0, 1), with x uniform around `centre` with standard deviation `spread`.

    One seed makes the same draws whatever the other numbers: a new noise, centre or spread scales or shifts them.
    Raises ScaleLabError without an example, or for a negative noise or spread.
    """
    if examples < 1 or noise < 0 or spread < 0:
        raise ScaleLabError(
            f"Expected at least 1 example, and noise and spread of 0 or more, but got {examples} examples, "
            f"noise {noise} and spread {spread}; change what is too small."
        )
    random = np.random.default_rng(seed)
    x = centre + spread * math.sqrt(3) * random.uniform(-1, 1, examples)
    y = w * x + b + noise * random.standard_normal(examples)
    return Line(x, y, w, b, noise, seed)
