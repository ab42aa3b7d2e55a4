"""Whether all ranks have equally many batches in an epoch, seen before anybody has to wait."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from scalelab.check.events import AVERAGING, Mark, Step
from scalelab.check.findings.numbering import epochs
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls

ID = "uneven-batches"
FEWEST_AGAIN, AGAIN = 2, 0.9  # batches of the second round, and how many of their examples were in the first
EQUAL = (
    "Give all ranks equally many batches (partition and DistributedSampler do), agree on the smallest number "
    'before the epoch, or let ranks that have run out call hvd.join(), and name every call after it, as in name="sums".'
)


def find(ranks: list[RankEvents], calls: ScriptCalls = NO_CALLS) -> Iterator[Finding]:
    """uneven-batches: what begins an epoch comes after different numbers of steps, or the first examples come again."""
    if any(rank.calls("join") for rank in ranks) or not any(call.step for call in ranks[0].of_calls(*AVERAGING)):
        return
    begins = [_begins(rank) for rank in ranks]
    for key in begins[0]:
        marks = [of_rank.get(key, []) for of_rank in begins]
        if any(rank.steps_alone for rank in ranks):
            marks = _without_those_alone(marks)
        for steps in zip(*marks, strict=False):
            if len(set(steps)) > 1:
                yield uneven(steps, key[1])
                return
    lengths = [_first_round(rank) for rank in ranks]
    where = ranks[0].of(Step)[0].where if ranks[0].of(Step) else None
    if all(lengths) and len(set(lengths)) > 1 and calls.ends_with_data(where):
        yield uneven(lengths, where)


def _without_those_alone(marks: list[list[int]]) -> list[list[int]]:
    """The ranks' marks, but nothing of a rank whose marks hold all those of the one that has fewest: a rank that trains
    something alone shuffles for that, too.
    """
    fewest = min(marks, key=len)
    return [fewest if not Counter(fewest) - Counter(of_rank) else of_rank for of_rank in marks]


def _first_round(rank: RankEvents) -> int:
    """Batches until a rank's examples come again, each once in a round; 0 where they do not, or are drawn anew."""
    rounds = epochs(rank.batches, "rows")
    if len(rounds) < 2 or len(rounds[1]) < FEWEST_AGAIN:
        return 0
    first, second = ([row for batch in one for row in batch.rows] for one in rounds[:2])
    known = sum(row in set(first) for row in second)
    return len(rounds[0]) if len(set(first)) == len(first) and known >= AGAIN * len(second) else 0


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
