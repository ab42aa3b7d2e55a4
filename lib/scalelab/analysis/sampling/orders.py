"""Which images each step of an epoch gets, by the ways in which K ranks divide them and by how a stream is shuffled."""

import torch
from torch import Tensor

from scalelab.data.partitions import batches, draw, partition
from scalelab.data.randomness import generator
from scalelab.data.streaming.shuffle import shuffle_buffer
from scalelab.errors import ScaleLabError

RENEWED = "parts of a new shuffle in each epoch"
KEPT = "parts of one shuffle, kept for all epochs"
DRAWN = "drawn with replacement"
SCHEMES = (RENEWED, KEPT, DRAWN)
SORTED, MIXED = "sorted by class", "shuffled before they were written"
WRITTEN = (SORTED, MIXED)


def rank_images(scheme: str, count: int, rank: int, size: int, epoch: int, seed: int) -> Tensor:
    """The images of one rank in one epoch by one of SCHEMES: int64 (count // size,).

    Raises ScaleLabError for another way.
    """
    if scheme == DRAWN:
        return draw(count, count // size, rank, epoch, seed)
    if scheme in SCHEMES:
        return partition(count, rank, size, epoch if scheme == RENEWED else 0, seed)
    raise ScaleLabError(f"There is no way {scheme!r} to divide images; the ways are {', '.join(SCHEMES)}.")


def effective_batches(scheme: str, count: int, size: int, batch_size: int, epoch: int, seed: int) -> list[Tensor]:
    """The images of all ranks together in each step, `batch_size` from each rank.

    Averaging the ranks' gradients is the gradient over these, so one process can stand for K of them.
    """
    ranks = [batches(rank_images(scheme, count, rank, size, epoch, seed), batch_size) for rank in range(size)]
    return [torch.cat(parts) for parts in zip(*ranks, strict=True)]


def written_order(labels: Tensor, written: str, seed: int) -> Tensor:
    """The order in which the images stand in their shards, by one of WRITTEN: int64 (N,).

    Raises ScaleLabError for another.
    """
    if written not in WRITTEN:
        raise ScaleLabError(f"Shards are not written {written!r}; the ways are {', '.join(WRITTEN)}.")
    order = torch.randperm(len(labels), generator=generator("written", seed))
    return order if written == MIXED else order[labels[order].argsort(stable=True)]


def stream_order(count: int, shards: int, buffer: int, epoch: int, seed: int) -> Tensor:
    """The places (in the shards) of the images as they come to one worker: int64 (count,).

    The shards, cut as `write_shards` cuts them, are read one after the other in an order that each epoch shuffles
    anew, as `shards_of` does, and pass through a shuffle buffer.
    """
    bounds = [count * k // shards for k in range(shards + 1)]
    order = torch.randperm(shards, generator=generator("shards", seed, epoch)).tolist()
    places = (place for shard in order for place in range(bounds[shard], bounds[shard + 1]))
    return torch.tensor(list(shuffle_buffer(places, buffer, seed, epoch)))
