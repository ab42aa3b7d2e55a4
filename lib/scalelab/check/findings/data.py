"""Which examples the ranks train on: the same ones, whole epochs, parts that overlap, always in one order."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

from scalelab.check.events import Batch, Evaluated, Mark, RankEvents
from scalelab.check.report import Finding

FEWEST_LABELS, FEWEST_CLASSES = 16, 3  # below that, equal labels may be chance
FEWEST_ROWS = 8  # and equal examples
SHUFFLES = ("randperm", "permutation", "shuffle")
SHARED = 0.95  # of an epoch's examples, for the epoch to count as the same
BY_CHANCE = 0.05  # of two ranks' examples, to be alike although they are not the same
AGAIN = 4  # times as many examples on two ranks as twice on one, which is chance or replacement
FEW_NUMBERS = 0.75  # of those that there are
TWICE = 0.05  # of all examples of an epoch, for parts to overlap: padding repeats fewer
OWN_PART = (
    "Give each rank its own part: a DistributedSampler, partition(count, rank, size, epoch, seed), "
    "or indices[hvd.rank()::hvd.size()]"
)
Part = list[Batch]


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """same-data-on-every-rank, or else epoch-not-divided, or parts-overlap; same-noise-on-every-rank;
    same-order-every-epoch.
    """
    batches = [rank.batches for rank in ranks]
    if min(map(len, batches)) < 2:
        return
    if any(same_noise(*pair) for pair in combinations(batches, 2)):
        yield _same_noise()
    elif any(same_batches(*pair) for pair in combinations(batches, 2)):
        yield _same_data(drawn_at(ranks[0]))
    elif any(same_epoch(*pair) for pair in combinations(batches, 2)):
        yield _not_divided(len(ranks), drawn_at(ranks[0]))
    elif (twice := on_two_ranks(ranks)) > TWICE:
        yield _overlap(twice, drawn_at(ranks[0]))
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


def on_two_ranks(ranks: list[RankEvents]) -> float:
    """The share of the first epoch's examples that come on another rank as well; 0 where nobody can say.

    An epoch is what lies between two shuffles, or two loaders, of one line; where there are none, what comes before a
    rank's first example that it has had. Examples that come again on their own rank
    are drawn with replacement, or alike, and then tell nothing.
    """
    marked = [first_epoch(rank) for rank in ranks]
    for kind in ("rows", "indices"):
        parts = marked if all(marked) else [until_the_first_comes_again(rank.batches, kind) for rank in ranks]
        numbered = all(same_numbering(parts[0], part) for part in parts[1:]) or numbers_are_of_all(marked)
        if kind == "indices" and not numbered:
            continue
        keys = [[key for batch in part for key in getattr(batch, kind)] for part in parts]
        own = [set(of_rank) for of_rank in keys]
        count, distinct = sum(map(len, keys)), sum(map(len, own))
        again, elsewhere = count - distinct, distinct - len(set().union(*own))
        if count and elsewhere > max(TWICE * count, len(ranks), AGAIN * again, FEWEST_ROWS):
            return elsewhere / count
    return 0.0


def first_epoch(rank: RankEvents) -> Part:
    """The batches between the line that begins an epoch and its next coming; none where no line does."""
    begins = defaultdict(list)
    for mark in rank.of(Mark):
        begins[mark.kind, mark.where].append(mark.step)
    ends = [later for steps in begins.values() for first, later in pairwise(steps) if later > first == 0]
    return [batch for batch in rank.batches if batch.step < max(ends, default=0)]


def until_the_first_comes_again(batches: Part, kind: str) -> Part:
    """The batches before the first of which an example has been seen; `kind` is "rows" or "indices"."""
    seen: set[int] = set()
    for place, batch in enumerate(batches):
        if seen & set(getattr(batch, kind)):
            return batches[:place]
        seen |= set(getattr(batch, kind))
    return batches


def numbers_are_of_all(parts: list[Part]) -> bool:
    """Whether each rank draws a whole epoch by few of the numbers there are: of its own part it would use all."""
    drawn = [{index for batch in part for index in batch.indices} for part in parts]
    highest = max((max(of_rank) for of_rank in drawn if of_rank), default=0)
    return highest > 0 and all(0 < len(of_rank) <= FEW_NUMBERS * (highest + 1) for of_rank in drawn)


def rows_tell_apart(first: Part, other: Part) -> bool:
    """Whether the examples come again as they were, and those of one rank are not those of the other.

    Labels that repeat in a fixed order, say 0 to 9, are alike on every rank. Augmented images are new each time, or,
    where they have few variants, come again on their own rank no more often than on another that has the same ones.
    """
    mine, theirs = ({row for batch in part for row in batch.rows} for part in (first, other))
    again = all(len(epochs(part, "rows")) > 1 for part in (first, other))
    return again and len(mine & theirs) <= BY_CHANCE * min(len(mine), len(theirs))


def same_numbering(first: Part, other: Part) -> bool:
    """Whether an index means the same example on both ranks: all common ones have the same label or values."""
    if rows_tell_apart(first, other):
        return False
    mine, theirs = ({i: y for batch in part for i, y in zip(batch.indices, batch.labels or batch.rows, strict=False)}
                    for part in (first, other))  # fmt: skip
    common = mine.keys() & theirs.keys()
    telling = len(common) >= FEWEST_LABELS and len({mine[i] for i in common}) > 1
    return telling and all(mine[i] == theirs[i] for i in common)


def epochs(batches: Part, kind: str) -> list[Part]:
    """The batches cut where half of one has been seen before in the epoch; `kind` is "rows" or "indices"."""
    found: list[Part] = [[]]
    seen: set[int] = set()
    for batch in batches:
        keys = getattr(batch, kind)
        if not keys:
            return []
        if found[-1] and 2 * sum(key in seen for key in keys) >= len(keys):
            found.append([])
            seen = set()
        found[-1].append(batch)
        seen.update(keys)
    return found


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
    return Finding(
        id="same-data-on-every-rank",
        severity="error",
        where=where,
        message="The ranks train on the same batches at the same steps: several workers do the work of one.",
        hint=f"{OWN_PART}.",
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


def _same_order(where: str | None) -> Finding:
    return Finding(
        id="same-order-every-epoch",
        severity="warning",
        where=where,
        message="The second epoch comes in the same shuffled order as the first.",
        hint="Shuffle anew every epoch: sampler.set_epoch(epoch), or put the epoch into the shuffle's seed.",
    )
