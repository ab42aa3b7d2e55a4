"""The stored runs of notebook 4.2: workers that wait for all, for some, or for none, and what they reach when.

The gradients are real, the seconds are counted: `scalelab.parallel.asynchronous.simulated`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from scalelab.experiments.stored import its_bench, read_stored
from scalelab.parallel.asynchronous.durations import Durations, lognormal, with_slow_worker
from scalelab.parallel.asynchronous.model_gradient import ModelGradient
from scalelab.parallel.asynchronous.schedule import stale_synchronous
from scalelab.parallel.asynchronous.simulated import Moment, not_together, now_and_then, together
from scalelab.parallel.asynchronous.steps import sgd

WORKERS, BATCH_SIZE = 8, 32
MEET_EVERY, BOUND = 8, 3
SCENES: dict[str, Durations] = {
    "all alike": lognormal,
    "one four times as slow": with_slow_worker(lognormal, slow=0, factor=4.0),
}


@dataclass(frozen=True)
class Method:
    """What the workers do: the moments of a training by it, in a scene, with a learning rate, from a seed."""

    train: Callable[[ModelGradient, Durations, float, int, int], Iterator[Moment]]
    lrs: tuple[float, ...]


def _all(backups: int) -> Callable[[ModelGradient, Durations, float, int, int], Iterator[Moment]]:
    return lambda gradient, scene, lr, seed, _: together(
        scene, WORKERS, gradient.weights, gradient, sgd(lr), backups, seed
    )


def _bounded(bound: int | None) -> Callable[[ModelGradient, Durations, float, int, int], Iterator[Moment]]:
    return lambda gradient, scene, lr, seed, most: not_together(
        stale_synchronous(WORKERS, most, scene, bound, seed), WORKERS, gradient.weights, gradient, sgd(lr)
    )


def _apart(gradient: ModelGradient, scene: Durations, lr: float, seed: int, _: int) -> Iterator[Moment]:
    return now_and_then(scene, WORKERS, gradient.weights, gradient, lr, MEET_EVERY, seed=seed)


METHODS = {
    "synchronous": Method(_all(0), (0.05, 0.1, 0.2, 0.4, 0.8)),
    "synchronous, one backup": Method(_all(1), (0.05, 0.1, 0.2, 0.4, 0.8)),
    f"at most {BOUND} steps apart": Method(_bounded(BOUND), (0.00625, 0.0125, 0.025, 0.05, 0.1)),
    "asynchronous": Method(_bounded(None), (0.00625, 0.0125, 0.025, 0.05, 0.1)),
    f"local SGD, {MEET_EVERY} steps": Method(_apart, (0.025, 0.05, 0.1, 0.2, 0.4)),
}


class AsynchronyRun(msgspec.Struct, frozen=True):
    """One training: validation accuracy, and the counted seconds until then, twice an epoch."""

    method: str
    scene: str
    lr: float
    seed: int
    seconds: list[float]
    accuracy: list[float]

    def seconds_to(self, target: float) -> float:
        """Until the mean of three accuracies in a row is at the target; infinite where it never is."""
        if len(self.accuracy) < 3:
            return float("inf")
        means = np.convolve(self.accuracy, np.ones(3) / 3, mode="valid")
        there = np.flatnonzero(means >= target)
        return self.seconds[there[0] + 2] if len(there) else float("inf")


class AsynchronyRuns(msgspec.Struct, frozen=True):
    """All runs. A second is what a worker takes for a gradient on average; `lrs` {method: the learning rate that was
    best in `tuning`}.
    """

    machine: dict[str, str]
    setting: str
    workers: int
    batch_size: int
    target: float
    lrs: dict[str, float]
    tuning: list[AsynchronyRun]
    runs: list[AsynchronyRun]

    def of(self, method: str, scene: str) -> list[AsynchronyRun]:
        """A method's in a scene, by seed."""
        return sorted(
            (run for run in self.runs if (run.method, run.scene) == (method, scene)), key=lambda run: run.seed
        )

    def to_target(self, method: str, scene: str) -> np.ndarray:
        """Seconds to the target of every seed."""
        return np.array([run.seconds_to(self.target) for run in self.of(method, scene)])


def read_asynchrony(path: Path | str) -> AsynchronyRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, AsynchronyRuns, its_bench(__name__))
