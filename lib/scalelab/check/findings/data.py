"""Which examples the ranks train on: the same ones, whole epochs, parts that overlap, always in one order."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from scalelab.check.events import Batch, Evaluated, Mark
from scalelab.check.findings.numbering import FEWEST_LABELS, FEWEST_ROWS, Part, epochs, rows_tell_apart, same_numbering
from scalelab.check.findings.parts import find_wrong_parts
from scalelab.check.findings.work import work_differs
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls

FEWEST_CLASSES = 3  # below that, equal labels may be chance
SHUFFLES = ("randperm", "permutation", "shuffle")
SHARED = 0.95  # of an epoch's examples, for the epoch to count as the same
OWN_PART = (
    "Give each rank its own part: a DistributedSampler, partition(count, rank, size, epoch, seed), "
    "or indices[hvd.rank()::hvd.size()]"
)


def find(ranks: list[RankEvents], calls: ScriptCalls = NO_CALLS) -> Iterator[Finding]:
    """same-data-on-every-rank, or else epoch-not-divided, parts-overlap or parts-left-out; same-noise-on-every-rank;
    same-order-every-epoch.
    """
    batches = [rank.batches for rank in ranks]
    if min(map(len, batches)) < 2:
        return
    if any(same_noise(*pair) for pair in combinations(batches, 2)):
        yield _same_noise()
    elif same := [pair for pair in combinations(ranks, 2) if same_batches(*(rank.batches for rank in pair))]:
        if not all(work_differs(*pair) for pair in same):  # else the inputs do not tell who works on what
            yield _same_data(drawn_at(ranks[0]))
    elif any(same_epoch(*pair) for pair in combinations(batches, 2)):
        yield _not_divided(len(ranks), drawn_at(ranks[0]))
    elif wrong_parts := find_wrong_parts(ranks, drawn_at(ranks[0]), calls):
        yield wrong_parts
    for rank in ranks:
        if repeats_order(rank.batches, meant=shuffles_again(rank)):
            yield _same_order(drawn_at(rank))
            return


def drawn_at(rank: RankEvents) -> str | None:
    """The line that begins an epoch of training: that of the last shuffle before its batches, or else of its loader.

    A later epoch is asked first: before the first step much else is shuffled, and an evaluation has loaders, too.
    """
    found: list[Mark] = []
    since: list[Mark] = []
    for event in rank.events:
        if isinstance(event, Mark):
            since.append(event)
        elif isinstance(event, Batch | Evaluated):
            if since and isinstance(event, Batch):
                found.append(next((mark for mark in reversed(since) if mark.kind in SHUFFLES), since[-1]))
            since = []
    return next((mark.where for mark in found if mark.step), found[0].where if found else None)


def same_batches(first: Part, other: Part) -> bool:
    """Whether two ranks train on the same examples at every step that both have made.

    Where there are hardly any different ones, say the few states of a game, that they are alike says nothing.
    """
    pairs = list(zip(first, other, strict=False))
    if all(Counter(a.rows) == Counter(b.rows) for a, b in pairs):
        return len({row for a, _ in pairs for row in a.rows}) >= FEWEST_ROWS
    if rows_tell_apart(first, other):
        return False
    labels = [label for a, _ in pairs for label in a.labels]
    telling = len(labels) >= FEWEST_LABELS and len(set(labels)) >= FEWEST_CLASSES
    return telling and all(a.labels == b.labels and a.indices == b.indices for a, b in pairs)


def same_noise(first: Part, other: Part) -> bool:
    """Whether two ranks draw other examples and yet give the same values to the network: not those drawn, then."""
    pairs = list(zip(first, other, strict=False))
    drawn = all(a.indices and b.indices and not set(a.indices) & set(b.indices) for a, b in pairs)
    return drawn and all(a.rows == b.rows for a, b in pairs)


def same_epoch(first: Part, other: Part) -> bool:
    """Whether two ranks go through the same examples in their first epochs, in whatever order."""
    kinds = ["rows", "indices"] if same_numbering(first, other) else ["rows"]
    for kind in kinds:
        mine, theirs = epochs(first, kind), epochs(other, kind)
        if len(mine) < 2 or len(theirs) < 2 or len(mine[0]) < 2:
            continue
        a, b = ({key for batch in epoch[0] for key in getattr(batch, kind)} for epoch in (mine, theirs))
        if len(a & b) >= SHARED * max(len(a), len(b)):
            return True
    return False


def shuffles_again(rank: RankEvents) -> bool:
    """Whether the script shuffled something once training had begun."""
    return any(mark.step and mark.kind in SHUFFLES for mark in rank.of(Mark))


def repeats_order(batches: Part, meant: bool = False) -> bool:
    """Whether the second epoch begins with the first epoch's batches, although their order is not that of the data.

    `meant`: a new shuffle was meant, also where no indices show what the order of the data is.
    """
    for kind in ("rows", "indices"):
        cut = epochs(batches, kind)
        if len(cut) < 2 or len(cut[0]) < 3 or len(cut[1]) < 2:
            continue
        again = [getattr(a, kind) == getattr(b, kind) for a, b in zip(cut[0], cut[1], strict=False)]
        if all(again) and not _is_sorted(cut[0], meant):
            return True
    return False


def _is_sorted(batches: Part, meant: bool) -> bool:
    """Whether the examples come in the order of the data; where nobody knows, unless a shuffle was meant."""
    indices = [i for batch in batches for i in batch.indices]
    return indices == sorted(indices) if indices else not meant


def _same_data(where: str | None) -> Finding:
    drawn = (
        "Let each rank make up its own data: seed what draws it with the rank in it, as in seed + hvd.rank(), but not "
        "what draws the weights"
    )
    return Finding(
        id="same-data-on-every-rank",
        severity="error",
        where=where,
        message="The ranks train on the same batches at the same steps: several workers do the work of one.",
        hint=f"{OWN_PART if where else drawn}.",
    )


def _same_noise() -> Finding:
    return Finding(
        id="same-noise-on-every-rank",
        severity="warning",
        message="The ranks draw different examples, but the same random numbers: noise that goes into the network is "
        "alike on all of them, so a step sees less of it than it could.",
        hint="Let the seed of what is drawn depend on the rank: torch.manual_seed(seed + hvd.rank()), once the weights "
        "are made.",
    )


def _not_divided(workers: int, where: str | None) -> Finding:
    return Finding(
        id="epoch-not-divided",
        severity="error",
        where=where,
        message=f"Every rank goes through all the data in an epoch, so {workers} ranks do {workers} times the work.",
        hint=f"{OWN_PART}; the part changes from epoch to epoch, the parts never overlap.",
    )


def _same_order(where: str | None) -> Finding:
    return Finding(
        id="same-order-every-epoch",
        severity="warning",
        where=where,
        message="The second epoch comes in the same shuffled order as the first.",
        hint="Shuffle anew every epoch: sampler.set_epoch(epoch), or put the epoch into the shuffle's seed.",
    )
