"""One worker against several: stored runs of the same training, its throughput, and the way to a target accuracy."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from scalelab.experiments.stored import its_bench, read_stored
from scalelab.train.record import Row
from scalelab.train.time_to_accuracy import reached


class Configuration(msgspec.Struct, frozen=True):
    """A way to train: so many workers, so many images a step of each."""

    workers: int
    batch_size: int

    @property
    def effective_batch_size(self) -> int:
        """The batch size of all workers together."""
        return self.workers * self.batch_size

    def __str__(self) -> str:
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}, {self.batch_size} images each"


class WorkerRun(msgspec.Struct, frozen=True):
    """One run of a way: its report after each epoch."""

    config: Configuration
    seed: int
    rows: list[Row]


class WorkerRuns(msgspec.Struct, frozen=True):
    """All runs of `bench/workers.py`, with what they ran on.

    The first of `configs` is one worker, the measure of all.
    """

    machine: dict[str, str]
    setting: str
    images: int
    lr: float
    target: float
    patience: int
    configs: list[Configuration]
    runs: list[WorkerRun]

    def seeds(self) -> list[int]:
        """Seeds that every way has been run with."""
        have = [{run.seed for run in self.runs if run.config == config} for config in self.configs]
        return sorted(set.intersection(*have))

    def throughput(self) -> np.ndarray:
        """Images per second of training without the first epoch, which warms up: (seeds, ways)."""
        return self._table(training_speed)

    def to_target(self, field: str) -> np.ndarray:
        """`field` of the reports when the target was reached, (seeds, ways); NaN where it was not."""

        def look(rows: list[Row]) -> float:
            row = reached(rows, self.target, self.patience)
            return getattr(row, field) if row else np.nan

        return self._table(look)

    def updates(self) -> np.ndarray:
        """Steps until the target, (seeds, ways)."""
        return self.to_target("images") / np.array([config.effective_batch_size for config in self.configs])

    def efficiency(self) -> np.ndarray:
        """Throughput over that of one worker times the workers, of the runs of the same seed: (seeds, ways)."""
        speeds = self.throughput()
        return speeds / speeds[:, :1] / np.array([config.workers for config in self.configs])

    def _table(self, look: Callable[[list[Row]], float]) -> np.ndarray:
        found = {(run.seed, run.config): look(run.rows) for run in self.runs}
        return np.array([[found[seed, config] for config in self.configs] for seed in self.seeds()], dtype=float)


def training_speed(rows: list[Row]) -> float:
    """Images per second of training without the first epoch, which warms up; NaN without two epochs and their times."""
    if len(rows) < 2:
        return np.nan
    first, last = rows[0], rows[-1]
    if first.training_seconds is None or last.training_seconds is None:
        return np.nan
    seconds = last.training_seconds - first.training_seconds
    return (last.images - first.images) / seconds if seconds > 0 else np.nan


def read_workers(path: Path | str) -> WorkerRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, WorkerRuns, its_bench(__name__))
