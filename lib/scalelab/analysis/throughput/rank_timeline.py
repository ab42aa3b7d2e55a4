"""When each rank computed and when it waited, from what the ranks of labs/source/lab2_horovod/uneven.py print."""

import re
from dataclasses import dataclass

from scalelab.errors import ScaleLabError
from scalelab.launch.output import Output

STEP = re.compile(r"step (\d+) of \d+: (computed|averaged) after ([\d.]+) s")
LEFT = re.compile(r"no batch left after ([\d.]+) s")
ENDS = re.compile(r"ends after ([\d.]+) s")


@dataclass(frozen=True)
class RankSteps:
    """Times of one rank, in seconds since all ranks began together.

    computed, averaged: after each step's gradient was ready, and after the mean of all ranks was there; the second is
    shorter by one where the rank waited in vain. no_batch_left: None where it never got so far; ends: its end.
    """

    computed: list[float]
    averaged: list[float]
    no_batch_left: float | None
    ends: float

    @property
    def computing(self) -> list[tuple[float, float]]:
        """(begin, end) of the time in which it computed, for each step."""
        begins = [0.0, *self.averaged]
        return list(zip(begins, self.computed, strict=False))

    @property
    def waiting(self) -> list[tuple[float, float]]:
        """(begin, end) of the time in which it waited for the other ranks, for each step, and after its last."""
        pairs = list(zip(self.computed, [*self.averaged, self.ends], strict=False))
        return pairs if self.no_batch_left is None else [*pairs, (self.no_batch_left, self.ends)]


def rank_steps(output: Output, workers: int) -> list[RankSteps]:
    """What each rank told of its steps. Raises ScaleLabError where a rank told of no end: it was ended from outside."""
    return [_of_rank(output.of(rank, "stdout"), rank) for rank in range(workers)]


def _of_rank(lines: list[str], rank: int) -> RankSteps:
    steps = [match for line in lines if (match := STEP.match(line))]
    times = {word: [float(match[3]) for match in steps if match[2] == word] for word in ("computed", "averaged")}
    ends = [float(match[1]) for line in lines if (match := ENDS.match(line))]
    left = [float(match[1]) for line in lines if (match := LEFT.match(line))]
    if not ends:
        raise ScaleLabError(f"Rank {rank} did not say when it ended; run the cell with `run_ranks` again.")
    return RankSteps(**times, no_batch_left=left[0] if left else None, ends=ends[0])
