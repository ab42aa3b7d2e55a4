"""Where the time of a step goes, as the script `watch.py` of Lab 2 measured it, laid beside Horovod's timeline."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import read_stored
from scalelab.launch.timeline import Event, Timeline, steps

Interval = tuple[float, float]


class RankSteps(msgspec.Struct, frozen=True):
    """The steps of one rank: when each began, as `time.time()` counts, and the seconds of its stages."""

    began: list[float]
    seconds: list[list[float]]


class Watched(msgspec.Struct, frozen=True):
    """A run of `watch.py`, from rank 0: the seconds of each stage (a column) of each step (a row).

    gradients: bytes of each gradient, in the order of the network; began: when each step did, as `time.time()`
    counts; error: by how much the exchanged gradient differs from an exact one, relative to its length; ranks: the
    same steps of every rank, by clocks that agree where the ranks share a machine.
    """

    network: str
    workers: int
    batch_size: int
    accumulation_steps: int
    gradients: list[int]
    stages: list[str]
    began: list[float]
    seconds: list[list[float]]
    error: float
    ranks: list[RankSteps] = []

    @property
    def medians(self) -> np.ndarray:
        """Seconds of each stage, the median over the steps: (stages,)."""
        return np.median(self.seconds, axis=0)

    @property
    def step_seconds(self) -> np.ndarray:
        """What each step took: (steps,)."""
        return np.sum(self.seconds, axis=1)

    @property
    def images(self) -> int:
        """Images of a step, of all workers together: the effective batch size."""
        return self.workers * self.batch_size * self.accumulation_steps

    @property
    def images_per_second(self) -> float:
        """Of all workers together, at the median step."""
        return self.images / float(np.median(self.step_seconds))

    def typical(self) -> int:
        """The number of a step that took as long as the median one, or nearly."""
        return int(np.argmin(np.abs(self.step_seconds - np.median(self.step_seconds))))

    def intervals(self, number: int, zero: float) -> dict[str, Interval]:
        """When each stage of a step began and ended, in seconds since `zero`; of runs with one pass per step."""
        if self.accumulation_steps != 1:
            raise ScaleLabError(
                f"With {self.accumulation_steps} passes a step the stages take turns; "
                "watch a run with one pass instead."
            )
        ends = self.began[number] - zero + np.cumsum(self.seconds[number])
        starts = ends - self.seconds[number]
        return {stage: (float(a), float(b)) for stage, a, b in zip(self.stages, starts, ends, strict=True)}


@dataclass(frozen=True)
class LaneStep:
    """A step of a rank: its stages, and what it waited for before the exchange could begin.

    `wait` is from when this rank's backward was done to when that of the last rank, `awaited`, was; None for that rank.
    """

    stages: dict[str, Interval]
    wait: Interval | None
    awaited: int


def lanes(watched: Watched, first: int, count: int) -> list[list[LaneStep]]:
    """Some steps of every rank, in seconds since the first of them began: a list for each rank.

    Raises ScaleLabError where the run did not keep the steps of all ranks.
    """
    if not watched.ranks:
        raise ScaleLabError("This run kept the steps of rank 0 alone; run watch.py as it is now again.")
    zero = min(rank.began[first] for rank in watched.ranks)
    found: list[list[LaneStep]] = [[] for _ in watched.ranks]
    for number in range(first, first + count):
        stages = [
            msgspec.structs.replace(watched, began=rank.began, seconds=rank.seconds).intervals(number, zero)
            for rank in watched.ranks
        ]
        ready = [of_rank["exchange"][0] for of_rank in stages]
        last = ready.index(max(ready))
        for rank, of_rank in enumerate(stages):
            wait = None if rank == last else (ready[rank], min(ready[last], of_rank["exchange"][1]))
            found[rank].append(LaneStep(of_rank, wait, last))
    return found


def exchanges(watched: Watched, timeline: Timeline) -> list[list[Event]]:
    """Horovod's events of every step of the run: those of the exchange that began while the step went on.

    Raises ScaleLabError where a step has none: the timeline is that of another run, or lacks its end.
    """
    by_start = steps(timeline)
    found = []
    for number, (began, seconds) in enumerate(zip(watched.began, watched.step_seconds, strict=True)):
        start = began - (timeline.zero or 0.0)
        while by_start and by_start[0][0].start < start:
            by_start.pop(0)
        if not by_start or by_start[0][0].start > start + seconds:
            raise ScaleLabError(
                f"The timeline has no exchange during step {number} of this run; is it the timeline of the same run?"
            )
        found.append(by_start[0])
    return found


def read_watched(path: Path | str) -> Watched:
    """What a run left. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, Watched, "watch.py writes it, in a run that comes to its end")
