"""Which examples are the same ones: by the numbers they were drawn by, their labels, or their values."""

from scalelab.check.events import Batch

FEWEST_LABELS, FEWEST_ROWS = 16, 8  # below that, equal labels or examples may be chance
BY_CHANCE = 0.05  # of two ranks' examples, to be alike although they are not the same
FEW_NUMBERS = 0.75  # of those that there are
Part = list[Batch]


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


def own_numbering(first: Part, other: Part) -> bool:
    """Whether a number means another example on each rank: none that both have drawn has the same values."""
    mine, theirs = ({i: row for batch in part for i, row in zip(batch.indices, batch.rows, strict=False)}
                    for part in (first, other))  # fmt: skip
    common = mine.keys() & theirs.keys()
    alike = sum(mine[i] == theirs[i] for i in common)
    return len(common) >= FEWEST_LABELS and alike <= BY_CHANCE * len(common) and rows_tell_apart(first, other)


def numbers_are_of_all(parts: list[Part]) -> bool:
    """Whether each rank draws a whole epoch by few of the numbers there are: of its own part it would use all."""
    drawn = [{index for batch in part for index in batch.indices} for part in parts]
    highest = max((max(of_rank) for of_rank in drawn if of_rank), default=0)
    return highest > 0 and all(0 < len(of_rank) <= FEW_NUMBERS * (highest + 1) for of_rank in drawn)
