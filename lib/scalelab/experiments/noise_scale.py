"""The noise scale along a training run, from the lengths of gradients that `noise.py` of Lab 3 has kept."""

import math
from pathlib import Path

import msgspec
import numpy as np

from scalelab.analysis.gradient_noise.noise_scale import NoiseScale, noise_scale
from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve, fit_steps
from scalelab.experiments.stored import its_bench, read_stored

FEWEST_STEPS = 16


class NoiseRun(msgspec.Struct, frozen=True):
    """A run of K workers. small, large: squared lengths of a worker's gradient and of the mean of all, a number a step.

    accuracies: on validation images, a number an epoch. All ranks together had `batch_size` images a step.
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
        """Updates of an epoch."""
        return len(self.small) // len(self.accuracies)

    @property
    def epochs_per_part(self) -> int:
        """Epochs whose steps are taken together, so that there are enough of them for an estimate."""
        return math.ceil(FEWEST_STEPS / self.steps_per_epoch)

    def parts(self, target: float | None = None, patience: int = 1) -> list[NoiseScale]:
        """The noise scale of each part of the run; with a target those that begin before it had been kept."""
        steps = self.epochs_per_part * self.steps_per_epoch
        end = len(self.small) if target is None else self.epochs_to(target, patience) * self.steps_per_epoch
        starts = range(0, min(end, len(self.small) - steps + 1), steps)
        own, all_together = self.batch_size // self.workers, self.batch_size
        return [noise_scale(self.small[i : i + steps], self.large[i : i + steps], own, all_together) for i in starts]

    def epochs_to(self, target: float, patience: int = 1) -> int:
        """Epochs until the validation accuracy was at the target `patience` times in a row; all where it never was."""
        kept = 0
        for epoch, value in enumerate(self.accuracies, start=1):
            kept = kept + 1 if value >= target else 0
            if kept == patience:
                return epoch
        return len(self.accuracies)

    def on_the_way(self, target: float, patience: int = 1) -> float:
        """The mean of the noise scale over the steps until the target had been kept.

        It is the critical batch size (McCandlish et al. 2018, appendix D) if noise plays no part in the steps: so take
        it from runs with a large batch.
        """
        return float(np.mean([part.value for part in self.parts(target, patience)]))


class NoiseRuns(msgspec.Struct, frozen=True):
    """Runs of several seeds, and beside them what the steps to a target say of the same task.

    target, patience: validation accuracy, and at how many measurements in a row it must be there for the steps to end.
    steps: {batch size: steps of each seed}, from runs with tuned learning rates.
    """

    target: float
    patience: int
    steps: dict[int, list[float]]
    runs: list[NoiseRun]

    def scales(self) -> np.ndarray:
        """The noise scale on the way to the target: (runs,)."""
        return np.array([run.on_the_way(self.target, self.patience) for run in self.runs])

    def curve(self) -> StepsCurve:
        """Steps to the target by batch size, fitted to the means over the seeds."""
        return fit_steps(list(self.steps), [float(np.nanmean(one)) for one in self.steps.values()])


def read_noise(path: Path | str) -> NoiseRun:
    """A stored run. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, NoiseRun, "`horovodrun -np 2 python noise.py` makes it")


def read_noise_runs(path: Path | str) -> NoiseRuns:
    """Stored runs of several seeds. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, NoiseRuns, its_bench(__name__))
