"""The runs of a sweep in one file, with what they ran on: accuracies with their spread, effects with theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import msgspec
import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import its_bench, read_stored
from scalelab.train.record import Row
from scalelab.train.time_to_accuracy import reached


class SweepRun(msgspec.Struct, frozen=True):
    """One run: its name in the sweep, its seed, the arguments of the script, and its reports."""

    name: str
    seed: int
    arguments: str
    workers: int
    rows: list[Row]

    def option(self, name: str, otherwise: str | None = None) -> str:
        """The value of an option such as "--batch-size"; where it is given twice the last counts.

        Raises ScaleLabError where it is not given and there is no other value.
        """
        value = next(iter(self.options(name)), otherwise)
        if value is None:
            raise ScaleLabError(f"The run {self.name!r} was given no {name}; its arguments are {self.arguments!r}.")
        return value

    def number(self, name: str) -> int:
        """The value of an option that is a whole number; raises ScaleLabError where it is not given."""
        if (value := self.option(name)) is None:
            raise ScaleLabError(f"The run {self.name!r} was not given {name}: its arguments are {self.arguments}.")
        return int(value)

    def options(self, name: str) -> list[str]:
        """All values of an option that takes several, such as "--grow-at"; none where it is not given."""
        words = self.arguments.split()
        places = [place for place, word in enumerate(words) if word == name]
        return list(takewhile(lambda word: not word.startswith("--"), words[places[-1] + 1 :])) if places else []


class SweepRuns(msgspec.Struct, frozen=True):
    """All runs of a sweep that have finished, and what they ran on."""

    machine: dict[str, str]
    setting: str
    runs: list[SweepRun]

    @property
    def names(self) -> list[str]:
        """In the order of the sweep."""
        return list(dict.fromkeys(run.name for run in self.runs))

    def of(self, name: str) -> list[SweepRun]:
        """The runs of that name, by seed. Raises ScaleLabError where there are none."""
        found = sorted((run for run in self.runs if run.name == name), key=lambda run: run.seed)
        if not found:
            raise ScaleLabError(f"There is no run named {name!r}; the runs are {', '.join(self.names)}.")
        return found

    def last(self, name: str, field: str = "validation_accuracy") -> np.ndarray:
        """`field` of the last report of each run of that name: (seeds,)."""
        return np.array([getattr(run.rows[-1], field) for run in self.of(name)], dtype=float)

    def gap(self, name: str) -> np.ndarray:
        """Accuracy on images that were learned from minus accuracy on validation images, at the end: (seeds,)."""
        return self.last(name, "train_accuracy") - self.last(name)

    def to_target(self, name: str, field: str, target: float, patience: int) -> np.ndarray:
        """`field` of the report at which the target had been kept: (seeds,); NaN where it never was."""
        rows = [reached(run.rows, target, patience) for run in self.of(name)]
        return np.array([getattr(row, field) if row else np.nan for row in rows], dtype=float)

    def effect(self, before: str, after: str) -> "Effect":
        """What the change from one recipe to another does to the last validation accuracy, seed by seed."""
        was, became = (
            dict(zip([run.seed for run in self.of(name)], self.last(name), strict=True)) for name in (before, after)
        )
        return effect([became[seed] - was[seed] for seed in became if seed in was])


@dataclass(frozen=True)
class Effect:
    """A mean of differences, its standard error, and how many there were."""

    mean: float
    error: float
    count: int

    @property
    def clear(self) -> bool:
        """Whether it is larger than twice its spread, by which the standard error of the mean is meant."""
        return abs(self.mean) > 2 * self.error

    def __str__(self) -> str:
        return f"{100 * self.mean:+.1f} points (standard error {100 * self.error:.1f}, {self.count} seeds)"


def effect(differences: Sequence[float]) -> Effect:
    """Of paired differences. Raises ScaleLabError for fewer than 2: one has no spread."""
    values = np.asarray(differences, dtype=float)
    if len(values) < 2:
        raise ScaleLabError(f"Expected differences of 2 seeds or more but got {len(values)}; run more of them.")
    return Effect(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))), len(values))


def read_sweep_runs(path: Path | str) -> SweepRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, SweepRuns, its_bench(__name__))
