"""Who updates the weights when, and how old are the weights by which it does: asynchronous, bounded, or together.

Dean and others (2012), "Large scale distributed deep networks"; Ho and others (2013), "More effective distributed ML
via a stale synchronous parallel parameter server".
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.durations import Durations


@dataclass(frozen=True)
class Update:
    """A worker's gradient arrives: at what time, how many updates of others have come since it read the weights, and
    when that was.
    """

    worker: int
    time: float
    staleness: int
    began: float


def asynchronous(workers: int, updates: int, durations: Durations, seed: int = 0) -> list[Update]:
    """So many updates of workers that read the weights, compute, send their gradient, and begin again at once."""
    return stale_synchronous(workers, updates, durations, bound=None, seed=seed)


def stale_synchronous(
    workers: int, updates: int, durations: Durations, bound: int | None, seed: int = 0
) -> list[Update]:
    """The same, but no worker begins its step c + 1 before all have ended step c - `bound`: their clocks are never
    further apart. With 0 all wait for each other in every step; None is no bound.

    Raises ScaleLabError for no worker, or a negative bound.
    """
    if workers < 1 or (bound is not None and bound < 0):
        raise ScaleLabError(f"Expected a worker at least and a bound of 0 or more, but got {workers} and {bound}.")
    clock = _Clock(workers, durations, bound, seed)
    return [update for update, _ in zip(clock.run(), range(updates), strict=False)]


class _Clock:
    """What happens next. A worker that is too far ahead waits until the last one has moved."""

    def __init__(self, workers: int, durations: Durations, bound: int | None, seed: int):
        self.generator, self.durations, self.bound = np.random.default_rng(seed), durations, bound
        self.steps, self.read_at, self.began = [0] * workers, [0] * workers, [0.0] * workers
        self.ends: list[tuple[float, int, int]] = []
        self.waiting: list[int] = []
        self.order = count()
        self.made = 0
        for worker in range(workers):
            self._begin(worker, 0.0)

    def run(self) -> Iterator[Update]:
        """One update after the other, for ever."""
        while True:
            time, _, worker = heapq.heappop(self.ends)
            yield Update(worker, time, self.made - self.read_at[worker], self.began[worker])
            self.made += 1
            self.steps[worker] += 1
            self.waiting.append(worker)
            ready = [one for one in self.waiting if self._may_begin(one)]
            self.waiting = [one for one in self.waiting if one not in ready]
            for one in ready:
                self._begin(one, time)

    def _may_begin(self, worker: int) -> bool:
        return self.bound is None or self.steps[worker] - min(self.steps) <= self.bound

    def _begin(self, worker: int, time: float) -> None:
        self.read_at[worker], self.began[worker] = self.made, time
        heapq.heappush(self.ends, (time + self.durations(self.generator, worker), next(self.order), worker))


def synchronous_seconds(workers: int, steps: int, durations: Durations, backups: int = 0, seed: int = 0) -> np.ndarray:
    """Seconds of each step, (steps,): it ends when `workers` of workers + backups are done; the rest is thrown away.

    Chen and others (2016), "Revisiting distributed synchronous SGD".
    """
    generator = np.random.default_rng(seed)
    everyone = range(workers + backups)
    drawn = np.array([[durations(generator, worker) for worker in everyone] for _ in range(steps)])
    return np.partition(drawn, workers - 1, axis=1)[:, workers - 1]
