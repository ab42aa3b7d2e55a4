"""Validation accuracy by batch size and learning rate, from the stored runs of a sweep that names them "SIZE RATE"."""

from dataclasses import dataclass

import numpy as np

from scalelab.analysis.evidence.comparison import compare
from scalelab.experiments.large_batch import SweepRuns


@dataclass(frozen=True)
class Ridge:
    """`accuracies` is (seeds, sizes, learning rates), NaN where a run is missing; sizes and rates rise."""

    sizes: list[int]
    lrs: list[float]
    accuracies: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """Over the seeds: (sizes, learning rates); NaN where no run is."""
        return np.ma.masked_invalid(self.accuracies).mean(axis=0).filled(np.nan)

    @property
    def best(self) -> list[float]:
        """The rate with the highest mean, for each batch size."""
        return [self.lrs[int(np.nanargmax(row))] for row in self.means]

    def level(self, size: int) -> list[float]:
        """The rates of a batch size that cannot be told from its best; the best alone where there is one seed.

        Only rates that train have like deviations, so only they are compared.
        """
        if len(self.accuracies) < 2:
            return [self.best[self.sizes.index(size)]]
        place = self.sizes.index(size)
        runs, means = self.accuracies[:, place], self.means[place]
        trains = np.nan_to_num(means) > np.nanmax(means) / 2
        lrs = np.array(self.lrs)[trains]
        return [float(lrs[number]) for number in compare(-runs[:, trains]).smallest()]


def ridge(measured: SweepRuns) -> Ridge:
    """From its stored runs."""
    names = [name.split() for name in measured.names]
    sizes, lrs = sorted({int(size) for size, _ in names}), sorted({float(lr) for _, lr in names})
    seeds = sorted({run.seed for run in measured.runs})
    accuracies = np.full((len(seeds), len(sizes), len(lrs)), np.nan)
    for run in measured.runs:
        size, lr = run.name.split()
        place = seeds.index(run.seed), sizes.index(int(size)), lrs.index(float(lr))
        accuracies[place] = run.rows[-1].validation_accuracy
    return Ridge(sizes, lrs, accuracies)
