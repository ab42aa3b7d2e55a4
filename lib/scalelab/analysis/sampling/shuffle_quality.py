"""How well an order is shuffled: by how many places its items have moved."""

import math

import numpy as np
import numpy.typing as npt

from scalelab.errors import ScaleLabError


def moved(order: npt.ArrayLike) -> np.ndarray:
    """Places by which each item moved: int64 (n,), in the items' own order; negative is earlier.

    `order[k]` is the item that came at place k. Raises ScaleLabError where it is not each of 0 to n - 1 once.
    """
    came = np.asarray(order, dtype=np.int64)
    if not np.array_equal(np.sort(came), np.arange(len(came))):
        raise ScaleLabError(
            f"Expected each number from 0 to {len(came) - 1} once but got another list of {len(came)}; "
            "give the place that each item had before the shuffle."
        )
    return np.argsort(came) - np.arange(len(came))


def spread(order: npt.ArrayLike) -> float:
    """Root mean square of the places moved: 0 for an order left as it was."""
    return float(np.sqrt(np.mean(np.square(moved(order), dtype=np.float64))))


def spread_of_buffer(size: int) -> float:
    """The spread that a shuffle buffer of this size gives a stream much longer than itself: sqrt(size (size - 1)).

    An item enters `size` - 1 places early and then waits: each draw takes it with probability 1 / size, so its wait is
    geometric with mean size - 1 and variance size (size - 1). The mean move is 0: what is left is the variance.
    """
    return math.sqrt(size * (size - 1))


def spread_of_full_shuffle(count: int) -> float:
    """The spread of a uniformly shuffled order of `count` items: sqrt((count^2 - 1) / 6)."""
    return math.sqrt((count**2 - 1) / 6)
