"""What several families of findings need: whether fingerprints are equal, which calls average."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from scalelab.check.events import Step
from scalelab.check.rank_events import RankEvents

# `broadcast_optimizer_state` makes a step of no gradient on ranks whose optimizer is new, which with weight decay
# shrinks their weights by the learning rate times the decay, after a broadcast of the weights. That is Horovod's, not a
# fault.
DECAY = 2e-4
SCALE_TOLERANCE = 0.02  # relative; gradients may travel in half precision
TOLERANCE = 1e-5  # relative to the sum of sizes; ranks that add in another order differ by less


def steps_of_all(ranks: Sequence[RankEvents], optimizer: int | None = None) -> list[tuple[Step, ...]]:
    """The steps that all ranks have told, of one optimizer of rank 0 or of any: one of each rank.

    Once a rank has joined, others make steps without it, and the same number is no longer the same step.
    """
    until = min((call.step for rank in ranks for call in rank.calls("join")), default=math.inf)
    traces = [{own[step.optimizer].at(step.step): step for step in rank.of(Step) if step.step < until}
            for rank in ranks for own in [optimizers(rank)]]  # fmt: skip
    common = [key for key, step in traces[0].items() if optimizer in (None, step.optimizer)]
    return [tuple(of_rank[key] for of_rank in traces) for key in common if all(key in of_rank for of_rank in traces)]


class Optimizer(NamedTuple):
    """One of a rank's optimizers: the line where it first steps, whether what it steps is averaged by what the script
    has wrapped, which of such optimizers it is, and at which step.

    By that it is found again on another rank, where another may have stepped before it.
    """

    where: str | None
    wrapped: bool
    place: int
    first: int

    @property
    def name(self) -> tuple[str | None, bool, int]:
        """What it is called on every rank."""
        return self.where, self.wrapped, self.place

    def at(self, step: int) -> tuple[str | None, bool, int, int]:
        """A step as it is called on every rank: counted from the optimizer's first."""
        return *self.name, step - self.first


def optimizers(rank: RankEvents) -> dict[int, Optimizer]:
    """Those that step, by their number on this rank."""
    found: dict[int, Optimizer] = {}
    for step in rank.of(Step):
        if step.optimizer not in found:
            place = sum((one.where, one.wrapped) == (step.where, step.wrapped) for one in found.values())
            found[step.optimizer] = Optimizer(step.where, step.wrapped, place, step.step)
    return found


def equal(fingerprints: Sequence[Sequence[float]], tolerance: float = TOLERANCE) -> bool:
    """Whether all are the same (scalelab.check.observe.fingerprint), or not comparable: of other length."""
    first, *others = fingerprints
    return all(len(other) != len(first) or _close(first, other, tolerance) for other in others)


def _close(first: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    for i in range(0, len(first), 2):
        size = max(first[i + 1], other[i + 1])
        if any(abs(first[i + k] - other[i + k]) > tolerance * size for k in (0, 1)):
            return False
    return True
