"""How the steps to a target fall with the batch size: by half for each doubling at first, and in the end no more.

The three regimes of Shallue and others (2019, "Measuring the effects of data parallelism on neural network training",
arXiv:1811.03600, section 4.1), with the curve of McCandlish and others (2018, arXiv:1812.06162, eq. 2.11).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scalelab.errors import ScaleLabError

PERFECT, DIMINISHING, NONE = "perfect scaling", "diminishing returns", "no gain"


@dataclass(frozen=True)
class StepsCurve:
    """steps(B) = least_steps (1 + critical / B). `critical`: the critical batch size, in examples."""

    least_steps: float
    critical: float

    def steps(self, batch_size: np.ndarray | float) -> np.ndarray | float:
        """Steps to the target; of a number or an array."""
        return self.least_steps * (1 + self.critical / np.asarray(batch_size, dtype=float))

    def examples(self, batch_size: np.ndarray | float) -> np.ndarray | float:
        """Examples to the target: least_steps (B + critical)."""
        return self.steps(batch_size) * batch_size

    def slope(self, batch_size: np.ndarray | float) -> np.ndarray | float:
        """d log steps / d log B: -1 where doubling the batch halves the steps, 0 where it changes nothing."""
        return -self.critical / (np.asarray(batch_size, dtype=float) + self.critical)

    def regime(self, batch_size: float) -> str:
        """Which of the three it lies in: to double it saves 40 % of the steps or more, less, or under 10 %."""
        saved = 1 - float(self.steps(2 * batch_size) / self.steps(batch_size))
        return PERFECT if saved >= 0.4 else DIMINISHING if saved >= 0.1 else NONE


def fit_steps(batch_sizes: npt.ArrayLike, steps: npt.ArrayLike) -> StepsCurve:
    """The curve with the least squared error of log steps, through at least 3 batch sizes; NaN is left out.

    For a given critical batch size the best `least_steps` is known, so only one number is searched for: on a grid, and
    then between the neighbours of its best point. Raises ScaleLabError for fewer than 3 batch sizes.
    """
    tried, needed = np.asarray(batch_sizes, dtype=float), np.asarray(steps, dtype=float)
    there = np.isfinite(needed)
    if there.sum() < 3:
        raise ScaleLabError(f"Expected the steps of 3 batch sizes or more but got {there.sum()}; measure more of them.")
    sizes, logs = tried[there], np.log(needed[there])
    low, high = sizes.min() / 100, sizes.max() * 100
    for _ in range(6):
        grid = np.geomspace(low, high, 101)
        rest = logs - np.log1p(grid[:, None] / sizes)
        best = int(rest.var(axis=1).argmin())
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return StepsCurve(float(np.exp(rest[best].mean())), float(grid[best]))
