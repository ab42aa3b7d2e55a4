"""Steps to a target accuracy by batch size, from the stored runs of a sweep that names them by batch size."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scalelab.experiments.large_batch import SweepRuns, read_sweep_runs
from scalelab.optim.schedules import scaled_lr
from scalelab.train.record import Row
from scalelab.train.time_to_accuracy import reached


class StepsRuns:
    """What such a sweep says: a target, batch sizes with their rates, and the steps of each seed."""

    def __init__(self, measured: SweepRuns):
        self.measured = measured
        first = measured.runs[0]
        self.target, self.patience = float(first.option("--target")), int(first.option("--patience"))
        self.batch_sizes = [int(name) for name in measured.names]
        self.seeds = len(measured.of(measured.names[0]))

    def steps(self, batch_size: int) -> np.ndarray:
        """Steps until the target had been kept: (seeds,); NaN where it never was."""
        images = self.measured.to_target(str(batch_size), "images", self.target, self.patience)
        return np.ceil(images / batch_size)

    def lr(self, batch_size: int) -> float:
        """The learning rate of this batch size, as the script has scaled it."""
        run = self.measured.of(str(batch_size))[0]
        k = batch_size / int(run.option("--base-batch"))
        return scaled_lr(float(run.option("--lr")), k, run.option("--scale", "none"))

    def arrived(self, rows: Sequence[Row]) -> Row | None:
        """The report at which a run had kept the target; None if it did not."""
        return reached(rows, self.target, self.patience)


def read_steps(path: Path | str) -> StepsRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return StepsRuns(read_sweep_runs(path))


def best_rates(tuning: SweepRuns) -> dict[int, float]:
    """{batch size: the --lr with the fewest steps}, of runs named "SIZE LR"; the smaller of two that are equal."""
    best: dict[int, tuple[float, float]] = {}
    for name in tuning.names:
        size, lr = name.split()
        first = tuning.of(name)[0]
        images = tuning.to_target(name, "images", float(first.option("--target")), int(first.option("--patience")))
        tried = (float(np.mean(np.where(np.isnan(images), np.inf, images))), float(lr))
        best[int(size)] = min(best.get(int(size), tried), tried)
    return {size: lr for size, (_, lr) in best.items()}
