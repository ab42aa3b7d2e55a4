"""A loss with two minima, one narrow and one wide, and descent on it with batches of many sizes at once.

Each example pulls w towards a value of its own, m_i, and all of them agree on one narrow dip:

    loss_i(w) = (w - m_i)^2 / 2  -  depth exp(-((w - place) / width)^2 / 2)

The mean over the examples is a wide bowl around the mean of the m_i, which is 0, with the dip in its side. How noisy a
batch is depends on the spread of the m_i alone, so depth and noise can be set apart from each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scalelab.errors import ScaleLabError


@dataclass(frozen=True)
class TwoMinima:
    """`pulls`: how many examples; `spread`: standard deviation of their m_i; the dip's depth, place and width."""

    depth: float = 1.5
    place: float = -2.0
    width: float = 0.3
    spread: float = 6.0
    pulls: int = 64
    seed: int = 0

    @cached_property
    def pull(self) -> np.ndarray:
        """(pulls,): the m_i, with mean 0 and standard deviation `spread` to the last digit."""
        drawn = np.random.default_rng(self.seed).standard_normal(self.pulls)
        return self.spread * (drawn - drawn.mean()) / drawn.std()

    def loss(self, w: np.ndarray | float) -> np.ndarray:
        """The mean over all examples less what no w can change, so that the wide bowl's bottom is at 0."""
        w = np.asarray(w, dtype=float)
        return w * w / 2 - self.depth * np.exp(-(((w - self.place) / self.width) ** 2) / 2)

    def gradient(self, w: np.ndarray | float, mean_pull: np.ndarray | float = 0.0) -> np.ndarray:
        """Of a batch whose m_i have the mean `mean_pull`; of all the examples without it."""
        off = (np.asarray(w, dtype=float) - self.place) / self.width
        return w - mean_pull + self.depth * np.exp(-off * off / 2) * off / self.width

    @cached_property
    def points(self) -> tuple[float, float, float]:
        """w of the narrow minimum, of the top between the two, and of the wide minimum: zeros of the gradient.

        Raises ScaleLabError where the dip is too shallow to hold a minimum.
        """
        grid = np.linspace(self.place - 3 * self.width, 3 * self.width, 20_001)
        slope = self.gradient(grid)
        turns = np.flatnonzero(np.sign(slope[1:]) != np.sign(slope[:-1]))
        if len(turns) != 3:
            raise ScaleLabError(
                f"Expected two minima with a top between them, but depth {self.depth:g} and width {self.width:g} "
                f"give {len(turns)} flat points; make the dip deeper or narrower."
            )
        narrow, top, wide = (self._flat(grid[turn], grid[turn + 1]) for turn in turns)
        return narrow, top, wide

    def _flat(self, low: float, high: float) -> float:
        """Where the gradient crosses zero between two places at which its signs differ, by bisection."""
        for _ in range(60):
            middle = (low + high) / 2
            same = np.sign(self.gradient(middle)) == np.sign(self.gradient(low))
            low, high = (middle, high) if same else (low, middle)
        return float((low + high) / 2)

    @property
    def narrow(self) -> float:
        """Where the narrow minimum lies."""
        return self.points[0]

    @property
    def top(self) -> float:
        """Where the top between the two lies."""
        return self.points[1]

    @property
    def wide(self) -> float:
        """Where the wide minimum lies."""
        return self.points[2]


def wander(
    minima: TwoMinima, batch_sizes: Sequence[int], lr: float, start: float, updates: int = 1500, runs: int = 200,
    seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """(updates + 1, runs, len(batch_sizes)): w of many runs of descent, for every batch size side by side.

    In each update a run shuffles the examples; the first B of that order are its batch of B, without replacement,
    and all of them together are the full batch, which has no noise.
    """
    sizes, random = np.asarray(batch_sizes), np.random.default_rng(seed)
    pulls = np.tile(minima.pull, (runs, 1))
    w = np.full((runs, len(sizes)), float(start))
    visited = [w]
    for _ in range(updates):
        random.permuted(pulls, axis=1, out=pulls)
        mean_pull = np.cumsum(pulls, axis=1)[:, sizes - 1] / sizes
        w = w - lr * minima.gradient(w, mean_pull)
        visited.append(w)
    return np.array(visited)


def settled(path: np.ndarray, last: float = 0.25) -> np.ndarray:
    """The last part of each path (updates + 1, runs, batch sizes), as which a run is judged."""
    return path[-max(1, int(last * len(path))) :]


def fraction_in_wide(minima: TwoMinima, path: np.ndarray, groups: int = 5) -> np.ndarray:
    """(groups, batch sizes): the part of its last quarter that a run spends on the wide minimum's side of the top."""
    there = (settled(path) > minima.top).mean(axis=0)
    return np.stack([part.mean(axis=0) for part in np.array_split(there, groups)])


def mean_loss(minima: TwoMinima, path: np.ndarray, groups: int = 5) -> np.ndarray:
    """(groups, batch sizes): the loss of all the examples, averaged over the last quarter of the runs."""
    loss = minima.loss(settled(path)).mean(axis=0)
    return np.stack([part.mean(axis=0) for part in np.array_split(loss, groups)])
