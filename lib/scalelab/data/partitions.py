"""Which images a rank trains on: its own part of one shuffle, or its own draws from all of them."""

from collections.abc import Iterator

import torch
from torch import Tensor

from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError


def partition(count: int, rank: int, size: int, epoch: int, seed: int) -> Tensor:
    """This rank's part of `count` images in this epoch: int64 (count // size,).

    All ranks shuffle with the same seed, so their parts are disjoint without a word exchanged. They are equally
    long, and the count % size images left over change with the epoch. Rank r takes places r, r + size, ...: step k
    of all ranks together is the same set of images whatever the number of ranks, at one effective batch size.
    Raises ScaleLabError when there are fewer images than ranks.
    """
    _check_rank(rank, size)
    if size > count:
        raise ScaleLabError(f"Expected at least one image per rank but got {count} for {size} ranks; use fewer ranks.")
    order = torch.randperm(count, generator=generator("partition", seed, epoch))
    return order[: count // size * size][rank::size].clone()


def draw(count: int, length: int, rank: int, epoch: int, seed: int) -> Tensor:
    """`length` images drawn from all `count`, with replacement, by this rank's own stream: int64 (length,).

    Any rank may draw any image; the streams of two ranks are unrelated.
    Raises ScaleLabError when there is nothing to draw from or nothing to draw.
    """
    if count < 1 or length < 1 or rank < 0:
        raise ScaleLabError(
            f"Expected a rank from 0 and at least one image to draw but got rank {rank}, {length} of {count} images; "
            "check the data and the length of an epoch."
        )
    return torch.randint(count, (length,), generator=generator("draw", seed, epoch, rank))


def batches(indices: Tensor, batch_size: int) -> Iterator[Tensor]:
    """`indices` in batches, in order; the last is shorter where the length is no multiple of `batch_size`.

    Nothing is dropped. Parts are equally long, so every rank gets the same number of batches, and the short one
    comes at the same step on all of them: no rank waits for a gradient that never comes.
    Raises ScaleLabError for a batch size below 1.
    """
    if batch_size < 1:
        raise ScaleLabError(f"Expected a batch size of 1 or more but got {batch_size}; raise it.")
    return iter(indices.split(batch_size))


def _check_rank(rank: int, size: int) -> None:
    if not 0 <= rank < size:
        raise ScaleLabError(
            f"Expected a rank from 0 to {size - 1} but got rank {rank} of {size}; check how the ranks were started."
        )
