"""The runs of a sweep in one file, with what they ran on: accuracies with their spread, effects with theirs."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import msgspec
import numpy as np

from scalelab.analysis.evidence.comparison import Comparison, compare
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
        return int(self.option(name))

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

    def at_training(self, name: str, accuracy: float) -> np.ndarray:
        """Validation accuracy where the training accuracy first was that high, between two reports by a straight line.

        (seeds,); NaN where it never was.
        """
        return np.array([_at_training(run.rows, accuracy) for run in self.of(name)])

    def to_target(self, name: str, field: str, target: float, patience: int) -> np.ndarray:
        """`field` of the report at which the target had been kept: (seeds,); NaN where it never was."""
        rows = [reached(run.rows, target, patience) for run in self.of(name)]
        return np.array([getattr(row, field) if row else np.nan for row in rows], dtype=float)

    def effect(self, before: str, after: str) -> "Effect":
        """What the change from one recipe to another does to the last validation accuracy.

        Raises ScaleLabError where both have one seed: that shows no spread.
        """
        samples = [self.last(name) for name in (before, after)]
        if max(map(len, samples)) < 2:
            raise ScaleLabError(
                f"{before!r} and {after!r} have one seed each, which shows no spread; run more of them."
            )
        return effect(*samples)


@dataclass(frozen=True)
class Effect:
    """Of two recipes, the first and the second."""

    comparison: Comparison

    @property
    def mean(self) -> float:
        """By how much the second is better."""
        return float(self.comparison.means[1] - self.comparison.means[0])

    @property
    def error(self) -> float:
        """The standard error of that."""
        return self.comparison.standard_error(0, 1)

    @property
    def clear(self) -> bool:
        """Whether the two can be told apart."""
        return self.comparison.differ(0, 1)

    def __str__(self) -> str:
        seeds = int(self.comparison.seeds.min())
        words = f"{100 * self.mean:+.1f} points (standard error {100 * self.error:.1f}, {seeds} seeds)"
        return words if self.clear else f"cannot be told apart: {words}"


def effect(before: np.ndarray, after: np.ndarray) -> Effect:
    """Of two recipes by their runs, (seeds,) each, of which one has two at least; NaN is a run that is missing."""
    table = np.full((max(len(before), len(after)), 2), np.nan)
    for column, values in enumerate((before, after)):
        table[: len(values), column] = values
    return Effect(compare(table))


def _at_training(rows: list[Row], accuracy: float) -> float:
    known = np.array([row.train_accuracy for row in rows], dtype=float)
    reached_at = np.flatnonzero(known >= accuracy)
    if not len(reached_at) or not reached_at[0]:
        return np.nan
    around = [rows[reached_at[0] - 1], rows[reached_at[0]]]
    x, y = ([getattr(row, field) for row in around] for field in ("train_accuracy", "validation_accuracy"))
    return float(np.interp(accuracy, x, y))


def read_sweep_runs(path: Path | str) -> SweepRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, SweepRuns, its_bench(__name__))
