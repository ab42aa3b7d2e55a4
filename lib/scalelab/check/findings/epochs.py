"""Whether all ranks have equally many batches in an epoch, seen before anybody has to wait."""

from collections import defaultdict
from collections.abc import Iterator

from scalelab.check.events import Mark, RankEvents
from scalelab.check.findings.compare import AVERAGING
from scalelab.check.report import Finding

ID = "uneven-batches"
EQUAL = (
    "Give all ranks equally many batches (partition and DistributedSampler do), agree on the smallest number "
    "before the epoch, or let ranks that have run out call hvd.join()."
)


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """uneven-batches: what begins an epoch comes after different numbers of steps."""
    if any(rank.calls("join") for rank in ranks) or not any(call.step for call in ranks[0].of_calls(*AVERAGING)):
        return
    begins = [_begins(rank) for rank in ranks]
    for key in begins[0]:
        for steps in zip(*(of_rank.get(key, ()) for of_rank in begins), strict=False):
            if len(set(steps)) > 1:
                yield uneven(steps, key[1])
                return


def _begins(rank: RankEvents) -> dict[tuple[str, str | None], list[int]]:
    """For each thing that begins an epoch, the numbers of steps done when it came."""
    found = defaultdict(list)
    for mark in rank.of(Mark):
        found[mark.kind, mark.where].append(mark.step)
    return found


def uneven(steps: tuple[int, ...] | list[int], where: str | None, more: str = "") -> Finding:
    """The finding, with the steps of each rank up to the end of an epoch, or to where it stands."""
    each = ", ".join(f"{number} on rank {rank}" for rank, number in enumerate(steps[:8]))
    counts = f" ({each})" if len(set(steps)) > 1 else ""  # a step under way is not counted
    return Finding(
        id=ID,
        severity="error",
        where=where,
        message=f"The ranks do not have equally many batches: their epochs end after different numbers of "
        f"steps{counts}; whoever has more waits for ever for the others.{more}",
        hint=EQUAL,
    )
