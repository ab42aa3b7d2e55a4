"""The course's one rule for "better": further apart than two standard errors of the difference, else nobody has won."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STANDARD_ERRORS = 2.0  # with eight seeds each, luck alone goes beyond it in about one of twenty comparisons


@dataclass(frozen=True)
class Comparison:
    """Means over the seeds of several ways to do something, (ways,), and the deviation between seeds that they share.

    `seeds` says how many runs of each way there are.
    """

    means: np.ndarray
    deviation: float
    seeds: np.ndarray

    def standard_error(self, one: int, other: int) -> float:
        """Of the difference between the means of two ways."""
        return self.deviation * float(np.sqrt(1 / self.seeds[one] + 1 / self.seeds[other]))

    def differ(self, one: int, other: int) -> bool:
        """Whether one of the two ways is better than the other."""
        distance = abs(float(self.means[one] - self.means[other]))
        return distance > STANDARD_ERRORS * self.standard_error(one, other)

    def smallest(self) -> list[int]:
        """The way with the smallest mean and all that cannot be told from it, in their order."""
        best = int(np.nanargmin(self.means))
        columns = np.flatnonzero(~np.isnan(self.means))
        return [int(one) for one in columns if one == best or not self.differ(best, int(one))]


def compare(samples: npt.ArrayLike) -> Comparison:
    """Compare ways by their runs, (seeds, ways); NaN where a run is missing.

    The deviation is pooled over the ways, with their degrees of freedom (Snedecor and Cochran 1989, section 6.8).
    Quantities that are positive and vary in proportion, as times do, are compared by their logarithms. Raises
    ValueError where no way has two runs.
    """
    runs = np.asarray(samples, dtype=float)
    seeds = np.sum(~np.isnan(runs), axis=0)
    freedom = int(np.maximum(seeds - 1, 0).sum())
    if freedom == 0:
        raise ValueError("One run of each way shows no spread; at least one way needs two.")
    means = np.where(seeds > 0, np.nansum(runs, axis=0) / np.maximum(seeds, 1), np.nan)
    return Comparison(means, float(np.sqrt(np.nansum((runs - means) ** 2) / freedom)), seeds)
