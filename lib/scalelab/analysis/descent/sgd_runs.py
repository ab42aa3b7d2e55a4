"""Many runs of stochastic gradient descent on one line: their mean, their noise floor, their race with the clock.

What is followed is the excess, the loss of all the examples above the lowest that any line reaches.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scalelab.analysis.descent.quadratic import bowl
from scalelab.data.line import Line

Rate = float | Callable[[int], float]


def excess_of_runs(line: Line, lr: Rate, batch_size: int, updates: int, runs: int, seed: int = 0) -> np.ndarray:
    """(runs, updates + 1): the excess from w = b = 0 on, all runs side by side, each with batches of its own.

    `lr` may be a function of the update's number. Each batch is drawn afresh, with replacement: among many examples
    hardly any comes twice, and the noise of one update does not depend on that of the last. A batch of all the
    examples is the exact gradient. A run that diverges ends in numbers that are not finite.
    """
    lr_at = lr if callable(lr) else lambda _update: lr
    random, found = np.random.default_rng(seed), bowl(line.x, line.y)
    w, b = np.zeros(runs), np.zeros(runs)
    visited = [(w, b)]
    with np.errstate(over="ignore", invalid="ignore"):
        for update in range(updates):
            if batch_size == len(line.x):
                dw, db = found.hessian @ (np.stack([w, b]) - found.minimum[:, None])
            else:
                chosen = random.integers(0, len(line.x), (runs, batch_size))
                x = line.x[chosen]
                error = w[:, None] * x + b[:, None] - line.y[chosen]
                dw, db = 2 * np.mean(error * x, axis=1), 2 * np.mean(error, axis=1)
            w, b = w - lr_at(update) * dw, b - lr_at(update) * db
            visited.append((w, b))
    w, b = np.array(visited).transpose(1, 2, 0)
    return found.loss(w, b) - found.lowest


def updates_until(excess: np.ndarray, target: float) -> float:
    """After how many updates the mean of the runs (runs, updates + 1) is at `target` or below; inf: never.

    The mean and not a single run, which may dip below by luck.
    """
    reached = np.flatnonzero(excess.mean(axis=0) <= target)
    return float(reached[0]) if len(reached) else np.inf


def path_through(
    x: np.ndarray, y: np.ndarray, lr: float | Sequence[float], batches: Sequence[Sequence[int] | np.ndarray]
) -> np.ndarray:
    """(updates + 1, 2): the path of w x + b from (0, 0), an update a batch of example numbers, by their mean gradient.

    `lr` may hold a learning rate of its own for every batch.
    """
    inputs = np.stack([x, np.ones_like(x)], axis=1)
    path = [np.zeros(2)]
    for step, batch in zip(np.broadcast_to(lr, len(batches)), batches, strict=True):
        error = inputs[batch] @ path[-1] - y[batch]
        path.append(path[-1] - step * 2 * error @ inputs[batch] / len(batch))
    return np.array(path)


def best_rate(
    line: Line, batch_size: int, target: float, lrs: Sequence[float], updates: int, runs: int = 100, seed: int = 0
) -> float:
    """The one of `lrs` that brings the mean of the runs to `target` in the fewest updates, and keeps it there.

    A learning rate counts only if the last quarter of its updates is below the target on average: one whose floor lies
    above it may touch the target by luck, and the next runs do not.
    """
    needed = []
    for lr in lrs:
        excess = excess_of_runs(line, lr, batch_size, updates, runs, seed)
        stays = excess[:, -max(1, updates // 4) :].mean() <= target
        needed.append(updates_until(excess, target) if stays else np.inf)
    return float(lrs[int(np.argmin(needed))])


@dataclass(frozen=True, eq=False)
class Race:
    """Runs of one batch size: excess and seconds since the start, both (runs, updates + 1)."""

    batch_size: int
    examples: int
    lr: float
    excess: np.ndarray
    seconds: np.ndarray

    @property
    def updates(self) -> np.ndarray:
        """The number of each update, from 0 for the start: (updates + 1,)."""
        return np.arange(self.excess.shape[1])

    @property
    def epochs(self) -> np.ndarray:
        """How often each example was seen, on average, after each update."""
        return self.updates * self.batch_size / self.examples

    @property
    def clock(self) -> np.ndarray:
        """(updates + 1,): seconds at the pace of the median run; a run that the machine interrupted does not count."""
        return self.updates * np.median(self.seconds[:, -1]) / self.updates[-1]

    def until(self, target: float, groups: int = 5) -> dict[str, np.ndarray]:
        """Updates, epochs and seconds until the mean is at `target`, each (groups,): the runs dealt to groups."""
        needed = np.array([updates_until(self.excess[first::groups], target) for first in range(groups)])
        totals = self.seconds[:, -1]
        pace = np.array([np.median(totals[first::groups]) for first in range(groups)]) / self.updates[-1]
        return {"updates": needed, "epochs": needed * self.batch_size / self.examples, "seconds": needed * pace}


def race(line: Line, batch_size: int, lr: float, updates: int, runs: int, seed: int = 0) -> Race:
    """Run one after the other against the clock, which counts the updates alone.

    The order of the examples is drawn before the clock starts, as a loader does in the background; the loss is
    evaluated after it has stopped. One run more, the first, warms up and is thrown away.
    """
    found = bowl(line.x, line.y)
    finished = [_timed(line, batch_size, lr, updates, seed + run) for run in range(runs + 1)][1:]
    w, b, seconds = np.array(finished).transpose(1, 0, 2)
    return Race(batch_size, len(line.x), lr, found.loss(w, b) - found.lowest, seconds)


def _timed(line: Line, batch_size: int, lr: float, updates: int, seed: int) -> np.ndarray:
    """(3, updates + 1): w, b, seconds."""
    batches = _batches(line, batch_size, updates, seed)
    w = b = 0.0
    visited = [(w, b, time.perf_counter())]
    for batch in batches:
        x, y = line.x[batch], line.y[batch]
        error = w * x + b - y
        w, b = w - lr * 2 / len(x) * float(error @ x), b - lr * 2 / len(x) * float(error.sum())
        visited.append((w, b, time.perf_counter()))
    w, b, clock = np.array(visited).T
    return np.stack([w, b, clock - clock[0]])


def _batches(line: Line, batch_size: int, updates: int, seed: int) -> list[np.ndarray | slice]:
    """Indices of `updates` batches; all the examples need no index, and none is paid for."""
    if batch_size == len(line.x):
        return [slice(None)] * updates
    needed = min(len(line.x), updates * batch_size)
    order = np.random.default_rng(seed).choice(len(line.x), needed, replace=False)
    return list(np.resize(order, (updates, batch_size)))
