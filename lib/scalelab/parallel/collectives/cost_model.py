"""What a message among K workers costs: something for being a message, and something for each of its bytes.

A ring all-reduce of n bytes takes 2 (K - 1) rounds, in each of which every worker sends n / K bytes to its neighbour
(Patarasuk and Yuan 2009). With the latency of a round in seconds, whatever its bytes, and the bandwidth in bytes per
second (the model of Hockney 1994), that is 2 (K - 1) (latency + n / (K bandwidth)).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scalelab.errors import ScaleLabError
from scalelab.launch.timeline import Timeline, steps, transfers


@dataclass(frozen=True)
class MessageCost:
    """latency: seconds of a round of the ring whatever its bytes; bandwidth: bytes per second, worker to worker."""

    latency: float
    bandwidth: float

    def seconds(self, size: npt.ArrayLike, workers: int | np.ndarray) -> np.ndarray | float:
        """An all-reduce of `size` bytes among so many workers (a number or an array each)."""
        rounds = 2 * (workers - 1)
        return rounds * (self.latency + np.asarray(size, dtype=float) / (workers * self.bandwidth))

    def crossover_bytes(self, workers: int) -> float:
        """The message that takes as long for its bytes as for being a message."""
        return self.latency * workers * self.bandwidth


def fit_message_cost(sizes: Sequence[float] | np.ndarray, seconds: npt.ArrayLike, workers: int) -> MessageCost:
    """The cost that fits the measured seconds of messages of `sizes` bytes best, in relative error.

    Raises ScaleLabError where the times do not tell both numbers: fewer than two sizes, or one worker.
    """
    if workers < 2 or len(set(sizes)) < 2:
        raise ScaleLabError(
            f"Expected times of two sizes or more, of 2 workers or more, but got {len(set(sizes))} sizes and {workers} "
            "workers; measure more."
        )
    rounds, size = 2 * (workers - 1), np.asarray(sizes, dtype=float)
    # Each equation is divided by its own seconds: otherwise the largest messages alone would decide.
    terms = np.stack([np.full_like(size, rounds), rounds * size / workers], axis=1) / np.asarray(seconds)[:, None]
    (latency, per_byte), *_ = np.linalg.lstsq(terms, np.ones_like(size), rcond=None)
    if latency <= 0 or per_byte <= 0:
        raise ScaleLabError("The times do not grow with the bytes as a message's do; measure again, with more repeats.")
    return MessageCost(float(latency), float(1 / per_byte))


def undisturbed(seconds: Sequence[float]) -> float:
    """What a message takes when little else goes on: the lower quartile, since whatever disturbs makes it longer."""
    return float(np.quantile(seconds, 0.25))


def seconds_by_size(timeline: Timeline, skip: int = 3) -> dict[int, list[float]]:
    """{bytes: seconds of each message of that size}, by size; the first `skip` rounds are warm-up."""
    found: dict[int, list[float]] = defaultdict(list)
    for events in steps(timeline)[skip:]:
        for message in transfers(events):
            if message.bytes is not None and message.seconds is not None:
                found[message.bytes].append(message.seconds)
    return dict(sorted(found.items()))
