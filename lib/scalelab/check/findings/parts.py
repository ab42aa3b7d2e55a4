"""Whether the ranks' parts of an epoch overlap, or leave something out."""

from collections import defaultdict
from itertools import pairwise

from scalelab.check.events import Mark
from scalelab.check.findings.numbering import FEWEST_ROWS, Part, numbers_are_of_all, own_numbering, same_numbering
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls

TWICE = 0.05  # of all examples of an epoch, for parts to overlap: padding repeats fewer
AGAIN = 4  # times as many examples on two ranks as twice on one, which is chance or replacement
ALL = 0.95  # of the numbers that there are, for all to be drawn


def find_wrong_parts(ranks: list[RankEvents], where: str | None, calls: ScriptCalls = NO_CALLS) -> Finding | None:
    """parts-overlap, or parts-left-out; `where` the parts are drawn.

    Ranks may have other examples by the same numbers because each has made its own up, all of them. So that a part is
    divided is told only where the script cuts by the rank.
    """
    if (twice := on_two_ranks(ranks)) > TWICE:
        return _overlap(twice, where)
    return _left_out(len(ranks), where) if calls.cuts_by_rank and divided_twice(ranks) else None


def on_two_ranks(ranks: list[RankEvents]) -> float:
    """The share of an epoch's examples that come on another rank as well, in the first epoch where any do; 0 where
    nobody can say.

    An epoch is what lies between two shuffles, or two loaders, of one line; where there are none, what comes before a
    rank's first example that it has had.
    """
    marked = [marked_epochs(rank) for rank in ranks]
    if not all(marked):
        return _on_two_ranks(ranks, None)
    return next((twice for parts in zip(*marked, strict=False) if (twice := _on_two_ranks(ranks, list(parts)))), 0.0)


def _on_two_ranks(ranks: list[RankEvents], marked: list[Part] | None) -> float:
    """The same of one epoch. Examples that come again on their own rank are drawn with replacement, or alike, and then
    tell nothing.
    """
    for kind in ("rows", "indices"):
        parts = marked or [until_the_first_comes_again(rank.batches, kind) for rank in ranks]
        numbered = all(same_numbering(parts[0], part) for part in parts[1:]) or numbers_are_of_all(marked or [])
        if kind == "indices" and not numbered:
            continue
        keys = [[key for batch in part for key in getattr(batch, kind)] for part in parts]
        own = [set(of_rank) for of_rank in keys]
        count, distinct = sum(map(len, keys)), sum(map(len, own))
        again, elsewhere = count - distinct, distinct - len(set().union(*own))
        if count and elsewhere > max(TWICE * count, len(ranks), AGAIN * again, FEWEST_ROWS):
            return elsewhere / count
    return 0.0


def divided_twice(ranks: list[RankEvents]) -> bool:
    """Whether each rank has a part of its own, and of that the ranks take in turns: what is left is nobody's.

    So it is where the same number is another example on each rank, and the ranks' numbers of an epoch are together all
    that there are, each once.
    """
    parts = [next(iter(marked_epochs(rank)), []) for rank in ranks]
    drawn = [{index for batch in part for index in batch.indices} for part in parts]
    count = max((index for rank in ranks for batch in rank.batches for index in batch.indices), default=-1) + 1
    together = set().union(*drawn)
    once_each = sum(map(len, drawn)) - len(together) <= len(ranks)  # a sampler repeats a few to make parts equal
    if not all(drawn) or not once_each or len(together) < ALL * count:
        return False
    return all(own_numbering(ranks[0].batches, rank.batches) for rank in ranks[1:])


def marked_epochs(rank: RankEvents) -> list[Part]:
    """The batches between the comings of a line that begins an epoch, as far as it comes again; none where none does.

    Of several such lines it is the one that comes again the latest: what else is shuffled is no epoch.
    """
    begins = defaultdict(set)
    for mark in rank.of(Mark):
        begins[mark.kind, mark.where].add(mark.step)
    lines = [sorted(steps) for steps in begins.values() if 0 in steps and len(steps) > 1]
    edges = max(lines, key=lambda steps: steps[1], default=[])
    return [[batch for batch in rank.batches if begin <= batch.step < end] for begin, end in pairwise(edges)]


def until_the_first_comes_again(batches: Part, kind: str) -> Part:
    """The batches before the first of which an example has been seen; `kind` is "rows" or "indices"."""
    seen: set[int] = set()
    for place, batch in enumerate(batches):
        if seen & set(getattr(batch, kind)):
            return batches[:place]
        seen |= set(getattr(batch, kind))
    return batches


def _overlap(twice: float, where: str | None) -> Finding:
    return Finding(
        id="parts-overlap",
        severity="error",
        where=where,
        message=f"The parts of the ranks overlap: {100 * twice:.0f} % of an epoch's examples come on another rank as "
        "well, and as many on none.",
        hint="All ranks must cut the same shuffle: the same seed on each, with the epoch in it but not the rank; only "
        "the cut depends on hvd.rank().",
    )


def _left_out(workers: int, where: str | None) -> Finding:
    return Finding(
        id="parts-left-out",
        severity="error",
        where=where,
        message=f"The data are divided twice: each rank has a part of its own, and draws only one in {workers} of its "
        "examples in an epoch. The others are used by nobody.",
        hint="Divide once: give the sampler all the data, or shuffle each rank's part without a DistributedSampler.",
    )
