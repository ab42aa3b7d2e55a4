"""Which examples a rank takes in a step, so that the number of ranks may change between any two steps."""

import torch
from torch import Tensor

from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError


def epoch_order(count: int, epoch: int, seed: int) -> Tensor:
    """All examples of an epoch in the order in which they are taken, int64 (count,); the same on every rank."""
    return torch.randperm(count, generator=generator("elastic", seed, epoch))


def step_examples(order: Tensor, done: int, rank: int, size: int, batch_size: int) -> Tensor:
    """This rank's examples of the next step, where the first `done` of the epoch are done: int64 (batch_size,), fewer
    or none at the end of the epoch.

    All ranks together take the next size * batch_size of the order, so what is done is always a beginning of it: one
    number to commit, and any number of ranks can go on from it. Raises ScaleLabError for a rank that there is not.
    """
    if not 0 <= rank < size or batch_size < 1 or done < 0:
        raise ScaleLabError(
            f"Expected a rank of {size} and a batch, got rank {rank}, {batch_size} examples, {done} done."
        )
    return order[done : done + size * batch_size][rank::size]
