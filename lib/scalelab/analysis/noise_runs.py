"""The noise scale along a training run, from the lengths of gradients that `noise.py` of Lab 3 has kept."""

from pathlib import Path

import msgspec
import numpy as np

from scalelab.analysis.noise_scale import NoiseScale, noise_scale
from scalelab.analysis.steps_to_target import StepsCurve, fit_steps
from scalelab.analysis.stored import read_stored


class NoiseRun(msgspec.Struct, frozen=True):
    """A run of K workers. small, large: squared lengths of a worker's gradient and of the mean of all, a number a step.

    accuracies: held-out, a number an epoch. All ranks together had `batch_size` images a step.
    """

    setting: str
    batch_size: int
    workers: int
    lr: float
    seed: int
    small: list[float]
    large: list[float]
    accuracies: list[float]

    @property
    def steps_per_epoch(self) -> int:
        return len(self.small) // len(self.accuracies)

    def of_epoch(self, epoch: int) -> NoiseScale:
        """The noise scale over the steps of an epoch, the first being 0."""
        part = slice(epoch * self.steps_per_epoch, (epoch + 1) * self.steps_per_epoch)
        return noise_scale(self.small[part], self.large[part], self.batch_size // self.workers, self.batch_size)

    def epochs_to(self, target: float) -> int:
        """Epochs until the held-out accuracy was at the target for the first time; all of them where it never was."""
        there = [epoch for epoch, value in enumerate(self.accuracies, start=1) if value >= target]
        return there[0] if there else len(self.accuracies)

    def on_the_way(self, target: float) -> float:
        """The noise scale on average over the epochs until the target, weighted by nothing: an epoch is an epoch."""
        known = [self.of_epoch(epoch) for epoch in range(self.epochs_to(target))]
        return float(np.mean([one.value for one in known if one.known]))


class NoiseRuns(msgspec.Struct, frozen=True):
    """Runs of several seeds, and beside them what the steps to a target say of the same task.

    steps: {batch size: steps of each seed}, from runs with tuned learning rates.
    """

    target: float
    steps: dict[int, list[float]]
    runs: list[NoiseRun]

    def scales(self) -> np.ndarray:
        """The noise scale on the way to the target: (runs,)."""
        return np.array([run.on_the_way(self.target) for run in self.runs])

    def curve(self) -> StepsCurve:
        """Steps to the target by batch size, fitted to the means over the seeds."""
        return fit_steps(list(self.steps), [float(np.nanmean(one)) for one in self.steps.values()])


def read_noise(path: Path | str) -> NoiseRun:
    """A stored run. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, NoiseRun, "`horovodrun -np 2 python noise.py` makes it")


def read_noise_runs(path: Path | str) -> NoiseRuns:
    """Stored runs of several seeds. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, NoiseRuns, "`python bench/noise.py` makes it")
