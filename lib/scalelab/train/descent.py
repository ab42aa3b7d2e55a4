"""Gradient descent on a line, with all the examples or with batches, and every point it visits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from scalelab.data.line import Line
from scalelab.errors import ScaleLabError


@dataclass(frozen=True, eq=False)
class Path:
    """w and b: float64 (steps + 1,), the start first."""

    w: np.ndarray
    b: np.ndarray


def descend(
    line: Line, lr: float | Callable[[int], float], start: tuple[float, float] = (0.0, 0.0), steps: int = 100,
    batch_size: int | None = None, seed: int = 0,
) -> Path:  # fmt: skip
    """Minimise the mean squared error of w x + b by `steps` steps of gradient descent from `start`.

    `lr` may be a function of the step's number, from 0 on. With a batch size each step sees the next batch of a
    shuffled order, anew each epoch; the last batch of an epoch is as short as what is left. None: all examples.
    A path that diverges ends in numbers that are not finite. Raises ScaleLabError for a batch size outside 1..n.
    """
    lr_at = lr if callable(lr) else lambda _step: lr
    w, b = map(float, start)
    visited = [(w, b)]
    with np.errstate(over="ignore", invalid="ignore"):
        for step, (x, y) in zip(range(steps), _batches(line, batch_size, seed), strict=False):
            error = w * x + b - y
            dw, db = 2 / len(x) * float(error @ x), 2 / len(x) * float(error.sum())
            w, b = w - lr_at(step) * dw, b - lr_at(step) * db
            visited.append((w, b))
    return Path(*np.array(visited).T)


def _batches(line: Line, batch_size: int | None, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches, each example once an epoch."""
    count = len(line.x)
    if batch_size is not None and not 1 <= batch_size <= count:
        raise ScaleLabError(
            f"Expected a batch size of 1 to {count}, the number of examples, but got {batch_size}; choose another."
        )
    random = np.random.default_rng(seed)
    while batch_size is None:
        yield line.x, line.y
    while True:
        order = random.permutation(count)
        x, y = line.x[order], line.y[order]
        for first in range(0, count, batch_size):
            yield x[first : first + batch_size], y[first : first + batch_size]
