"""Learning per second = learning per image x images per second, from stored runs at many batch sizes.

Learning per image is 1 / (images until the target accuracy), as the steps to a target in Shallue et al. (2019).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from scalelab.analysis.evidence.comparison import compare
from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import its_bench, read_stored
from scalelab.train.record import Row
from scalelab.train.time_to_accuracy import crossing

TUNING, TO_TARGET, LENGTHS = "tuning", "to the target", "epochs and updates"  # what a run was made for


class BatchSizeRun(msgspec.Struct, frozen=True):
    """One training run: what it was for, and its report after each epoch."""

    experiment: str
    batch_size: int
    lr: float
    seed: int
    rows: list[Row]

    @property
    def key(self) -> tuple[str, int, float, int]:
        """What tells it from the other runs."""
        return self.experiment, self.batch_size, self.lr, self.seed


class BatchSizeRuns(msgspec.Struct, frozen=True):
    """All runs of `bench/batch_size.py`, with what they ran on.

    `speeds` holds the images per second of every batch size in each round (rounds, batch sizes), measured without
    training; `lrs` are the learning rates that each batch size tried. In the comparison of lengths `small` and `large`
    run until the large batch has made as many updates as the small one has after `epochs`.
    """

    machine: dict[str, str]
    setting: str
    model_name: str
    images: int
    shrink: int
    batch_sizes: list[int]
    lrs: list[float]
    target: float
    patience: int
    small: int
    large: int
    epochs: int
    speeds: list[list[float]]
    runs: list[BatchSizeRun]

    def select(self, experiment: str, batch_size: int) -> list[BatchSizeRun]:
        """The runs made for `experiment` with this batch size, by seed."""
        found = [run for run in self.runs if (run.experiment, run.batch_size) == (experiment, batch_size)]
        return sorted(found, key=lambda run: run.seed)

    def to_target(self, field: str) -> np.ndarray:
        """`field` of the reports ("images", "training_seconds", ...) when the target was passed: (seeds, batch sizes).

        Between two reports in a straight line. NaN where a run did not reach it, or was not made yet.
        """
        runs = {(run.seed, run.batch_size): run for run in self.runs if run.experiment == TO_TARGET}
        table = np.full((len({seed for seed, _ in runs}), len(self.batch_sizes)), np.nan)
        for i, seed in enumerate(sorted({seed for seed, _ in runs})):
            for j, size in enumerate(self.batch_sizes):
                run = runs.get((seed, size))
                if run:
                    table[i, j] = crossing(run.rows, self.target, self.patience, field)
        return table

    def best(self, samples: np.ndarray) -> list[int]:
        """The batch size with the smallest mean of `samples`, (seeds, batch sizes), and all as good as can be told.

        By their logarithms: what a run needs varies in proportion.
        """
        return [self.batch_sizes[place] for place in compare(np.log(samples)).smallest()]

    def after(self, batch_size: int, updates: float, field: str) -> np.ndarray:
        """`field` of the last report within so many updates, of the runs of equal lengths: (seeds,)."""
        runs = self.select(LENGTHS, batch_size)
        within = [[row for row in run.rows if row.images <= updates * batch_size] for run in runs]
        return np.array([getattr(rows[-1], field) for rows in within])

    def lr(self, batch_size: int) -> float:
        """The learning rate that got this batch size to the target with the fewest images, over the tuning's seeds."""
        return best_rate(self.select(TUNING, batch_size), self.target, self.patience)


def best_rate(runs: Sequence[BatchSizeRun], target: float, patience: int) -> float:
    """The learning rate whose runs needed the fewest images in all, the smaller of two that needed as many.

    A run that was ended before the target counts with one epoch more than it had: it needs that at least.
    """
    if not runs:
        raise ScaleLabError("Expected runs with several learning rates but got none; run bench/batch_size.py first.")
    images: dict[float, float] = {}
    for run in runs:
        needed = crossing(run.rows, target, patience, "images")
        at_least = run.rows[-1].images + run.rows[0].images
        images[run.lr] = images.get(run.lr, 0) + (at_least if math.isnan(needed) else needed)
    return min(images, key=lambda lr: (images[lr], lr))


@dataclass(frozen=True)
class Factors:
    """Each of shape (batch sizes,): means over the runs of the two factors, and both ways to their product."""

    learning_per_image: np.ndarray
    images_per_second: np.ndarray
    learning_per_second: np.ndarray

    @property
    def product(self) -> np.ndarray:
        """Learning per second."""
        return self.learning_per_image * self.images_per_second


def factors(measured: BatchSizeRuns) -> Factors:
    """The factors from runs whose time is ignored and from steps that learn nothing; their product from the times.

    A run that did not reach the target is left out of the means.
    """
    return Factors(
        learning_per_image=1 / np.nanmean(measured.to_target("images"), axis=0),
        images_per_second=np.mean(measured.speeds, axis=0),
        learning_per_second=1 / np.nanmean(measured.to_target("training_seconds"), axis=0),
    )


def read_batch_size(path: Path | str) -> BatchSizeRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, BatchSizeRuns, its_bench(__name__))
