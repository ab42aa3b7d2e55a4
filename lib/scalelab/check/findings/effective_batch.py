"""How many images an optimizer step takes, by what the ranks were seen to train on."""

from collections import defaultdict
from statistics import median_high

from scalelab.check.rank_events import RankEvents

# Where the ranks share no gradients, or have the same images, a step takes those of one rank.
ALONE = {"not-initialized", "optimizer-not-wrapped", "same-data-on-every-rank"}


def effective_batch_size(ranks: list[RankEvents], found: set[str]) -> int | None:
    """Images of all ranks in a typical step; None where no step with images was finished by all. `found`: finding ids.

    The median over the steps, of two in the middle the larger: the last step of an epoch may be smaller. One that the
    end of the check cut short does not count.
    """
    finished = min(rank.steps for rank in ranks)
    of_ranks = [images_by_step(rank) for rank in ranks]
    seen = sorted({step for of_rank in of_ranks for step in of_rank if step < finished})
    together = max if found & ALONE else sum
    sizes = [together(of_rank.get(step, 0) for of_rank in of_ranks) for step in seen]
    return median_high(sizes) if sizes else None


def images_by_step(rank: RankEvents) -> dict[int, int]:
    """Images of this rank in each step, over all backward passes before it.

    A batch that comes twice in a step, as for a gradient at a second place, counts once. Of several forward passes that
    share a backward the check sees one.
    """
    batches: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    for batch in rank.batches:
        batches[batch.step].add(tuple(batch.rows))
    return {step: sum(map(len, of_step)) for step, of_step in batches.items()}
