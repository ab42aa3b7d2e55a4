"""Numbers each rank's steps as all ranks count them: what one of them trains alone, say a teacher, is left out."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from scalelab.check.events import Batch, Event, LearningRate, Step, Stepping, Zeroed
from scalelab.check.findings.compare import optimizers
from scalelab.check.rank_events import RankEvents

OF_A_STEP = (Batch, LearningRate, Step, Zeroed)  # events that belong to the step that follows


def count_together(ranks: list[RankEvents]) -> list[RankEvents]:
    """The ranks without the steps of optimizers that not all have, and every other event at the step it came before.

    An optimizer that is wrapped, or the only one that a rank has, is nobody's own: that others do not step it is
    a fault.
    """
    found = [optimizers(rank) for rank in ranks]
    common = set.intersection(*({one.name for one in of_rank.values()} for of_rank in found))
    if not common:
        return ranks
    alone = [{number for number, one in of_rank.items() if one.name not in common and not one.wrapped}
             for of_rank in found]  # fmt: skip
    return [_without(rank, numbers) if numbers else rank for rank, numbers in zip(ranks, alone, strict=True)]


def _without(rank: RankEvents, alone: set[int]) -> RankEvents:
    stretches = list(_stretches(rank, alone))
    ends = [end for _, end in stretches]
    lengths = [0]
    for begin, end in stretches:
        lengths.append(lengths[-1] + end - begin)

    def renumbered(event: Event) -> Event | None:
        place = bisect_left(ends, event.step + 1)  # stretches that are over
        begin = stretches[place][0] if place < len(stretches) else event.step + 1
        if begin <= event.step and isinstance(event, OF_A_STEP):
            return None
        return msgspec.structs.replace(event, step=min(event.step, begin) - lengths[place])

    events = [new for event in rank.events if (new := renumbered(event))]
    return RankEvents(rank.rank, events, steps_alone=lengths[-1])


def _stretches(rank: RankEvents, alone: set[int]) -> Iterator[tuple[int, int]]:
    """From which step on, and until which, an optimizer of the rank's own stepped."""
    takeovers = [*rank.of(Stepping), Stepping(rank.steps + 1, -1)]
    for now, then in pairwise(takeovers):
        if now.optimizer in alone and then.step > now.step:
            yield now.step, then.step
