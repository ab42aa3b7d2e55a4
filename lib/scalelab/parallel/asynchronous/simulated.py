"""Trainings of many workers on one clock that is only counted: who waits, and what that does to the weights.

Every gradient is a real one, and so is whatever moves the weights; only the seconds are drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.durations import Durations
from scalelab.parallel.asynchronous.local_sgd import Meet, average
from scalelab.parallel.asynchronous.schedule import Update
from scalelab.parallel.asynchronous.steps import Gradient, Step


@dataclass(frozen=True)
class Moment:
    """The weights, (n,), after an update, the seconds until then, and how many gradients have been taken."""

    seconds: float
    weights: np.ndarray
    gradients: int


def not_together(
    schedule: Sequence[Update], workers: int, start: np.ndarray, gradient: Gradient, step: Step
) -> Iterator[Moment]:
    """Each gradient moves the weights when it comes; it was taken where its worker had read them.

    A worker reads the weights when its last update has come, as `schedule.asynchronous` has it.
    """
    weights, read = start, [start] * workers
    for number, update in enumerate(schedule, start=1):
        weights = step(weights, gradient(read[update.worker], update.worker), update.staleness)
        read[update.worker] = weights
        yield Moment(update.time, weights, number)


def together(
    durations: Durations, workers: int, start: np.ndarray, gradient: Gradient, step: Step, backups: int = 0,
    seed: int = 0,
) -> Iterator[Moment]:  # fmt: skip
    """All take a gradient at the same weights, and their mean moves them; the last `backups` of the workers to arrive
    are not waited for, and their gradients are thrown away. For ever.

    Raises ScaleLabError where nobody would be left to wait for.
    """
    if not 0 <= backups < workers:
        raise ScaleLabError(f"Expected fewer backups than the {workers} workers, and none below 0, got {backups}.")
    generator, seconds, weights, taken = np.random.default_rng(seed), 0.0, start, 0
    while True:
        drawn = np.array([durations(generator, worker) for worker in range(workers)])
        first = np.argsort(drawn)[: workers - backups]
        seconds += float(drawn[first[-1]])
        taken += workers
        weights = step(weights, np.mean([gradient(weights, int(worker)) for worker in first], axis=0), 0)
        yield Moment(seconds, weights, taken)


def now_and_then(
    durations: Durations, workers: int, start: np.ndarray, gradient: Gradient, lr: float, meet_every: int,
    meet: Meet = average, seed: int = 0,
) -> Iterator[Moment]:  # fmt: skip
    """Every worker makes `meet_every` steps of SGD by itself, then all wait and meet. For ever."""
    generator, seconds, weights, taken = np.random.default_rng(seed), 0.0, start, 0
    while True:
        ends = []
        for worker in range(workers):
            own = weights
            for _ in range(meet_every):
                own = own - lr * gradient(own, worker)
            ends.append(own)
        seconds += max(sum(durations(generator, worker) for _ in range(meet_every)) for worker in range(workers))
        taken += workers * meet_every
        weights = meet(weights, np.mean(ends, axis=0))
        yield Moment(seconds, weights, taken)
