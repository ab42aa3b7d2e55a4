"""The clock of a run: its seconds are as long as those in which the budget was measured.

Where the cores have become half as fast, or others take half of them, it goes half as fast: a submission gets the work
that the rubric grants it, on a busy machine as on a quiet one.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from scalelab.grade.run.clock.foreign_load import ForeignLoad
from scalelab.grade.run.clock.speedometer import Speedometer

SECONDS_BETWEEN_LOOKS = 1.0
SLOWEST = 0.25  # times as fast as the clock on the wall
UNTRUSTED = 1 / 3  # a run in which it went slower than this tells more of the machine than of the script


class Clock(Protocol):
    """Seconds of a run that count: at least and at most; `look` is told how many have passed on the wall."""

    at_least: float
    at_most: float

    def look(self, wall: float) -> float:
        """What counts at least by now."""

    def counted(self, wall: float) -> float:
        """What counted at least when so many seconds had passed."""

    def trusted(self) -> bool:
        """Whether the machine was quiet enough to judge a run that the budget has ended."""


class WallClock:
    """Every second counts: for a budget that somebody has set in seconds, and for GPUs."""

    def __init__(self) -> None:
        self.at_least = self.at_most = 0.0

    def look(self, wall: float) -> float:
        """As they pass."""
        self.at_least = self.at_most = wall
        return wall

    def counted(self, wall: float) -> float:
        """As they passed."""
        return wall

    def trusted(self) -> bool:
        """Nobody has looked at the machine."""
        return True


class FairClock:
    """A second counts for as much as the ranks could do in it.

    Nobody knows which core a rank was on, nor whom the others made wait. So there are two counts: `at_least`, in which
    all ranks are as slow as the one that was hit hardest, as in a job that exchanges gradients after each step; and
    `at_most`, by the fastest core and what others leave on average. A submission that makes a core slow on purpose,
    one that it has no need of, buys no time by that: who passes has to be in time by both.

    probe_seconds: what a probe read when the budget was measured; readings: gives what it reads now on each core;
    load: gives the cores that others took since it was asked last; needed: cores that the ranks use; free: the others.
    """

    def __init__(
        self, probe_seconds: float, readings: Callable[[], Sequence[float]], load: Callable[[], float],
        needed: int, free: int = 0,
    ):  # fmt: skip
        self.probe_seconds, self.readings, self.load = probe_seconds, readings, load
        self.needed, self.free = needed, free
        self.at_least = self.at_most = self.wall = 0.0
        self.slow = self.fast = 1.0
        self.trace = [(0.0, 0.0)]  # seconds on the wall and what counted at least, at each look around

    def look(self, wall: float) -> float:
        """What counts at least by now: the seconds since the last call at the pace of the last look around."""
        passed, self.wall = wall - self.wall, wall
        self.at_least += passed * self.slow
        self.at_most += passed * self.fast
        if wall - self.trace[-1][0] >= SECONDS_BETWEEN_LOOKS:
            self.slow, self.fast = self._paces()
            self.trace.append((wall, self.at_least))
        return self.at_least

    def counted(self, wall: float) -> float:
        """What counted at least when so many seconds had passed."""
        walls, seconds = zip(*self.trace, (self.wall, self.at_least), strict=True)
        return float(np.interp(wall, walls, seconds))

    def trusted(self) -> bool:
        """Whether the machine was quiet enough to judge a run that the budget has ended."""
        return self.at_least >= UNTRUSTED * self.wall

    def _paces(self) -> tuple[float, float]:
        speeds = sorted((self.probe_seconds / reading for reading in self.readings()), reverse=True) or [1.0]
        speeds = speeds[: self.needed]  # on a machine with more cores the ranks go where they are fast
        worst, even = shares_left(self.load(), self.needed, self.free)
        slow, fast = min(speeds) * worst, max(speeds) * even
        return max(SLOWEST, slow), max(SLOWEST, fast)


def shares_left(taken: float, needed: int, free: int = 0) -> tuple[float, float]:
    """What is left of a core to the rank that is hit hardest, and on average of the cores that the ranks need.

    Others who take `taken` cores take the free ones first. One of their processes shares a core with a rank half and
    half; more of them spread, as the kernel sees to it.
    """
    taken = min(max(0.0, taken - free), needed)
    even = 1 - taken / needed
    return min(even, max(1 - taken, 0.5)), even


@contextmanager
def clock_for(model_name: str, workers: int, probe_seconds: float | None) -> Iterator[Clock]:
    """The clock of one run on this process's cores; `probe_seconds` None: that on the wall."""
    if probe_seconds is None:
        yield WallClock()
        return
    cores = os.sched_getaffinity(0)
    with Speedometer(model_name, cores) as speedometer:
        needed = min(workers, len(cores))
        load, free = ForeignLoad(cores), len(cores) - needed
        yield FairClock(probe_seconds, speedometer.probe_seconds, load.look, needed, free)
