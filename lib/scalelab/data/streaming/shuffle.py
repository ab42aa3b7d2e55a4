"""Shuffle what can only be read in order: keep some of it at hand and give away any of these."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import torch

from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError

T = TypeVar("T")
_DRAWS = 1024  # random numbers at a time: one call each would cost more than the rest


def shuffle_buffer(items: Iterable[T], size: int, seed: int, epoch: int = 0, rank: int = 0) -> Iterator[T]:
    """All of `items`, each once: with `size` of them at hand, give one drawn at random and put the next in its place.

    size 1 changes nothing; a size of all items or more shuffles them fully. In between an item moves by about `size`
    places (`scalelab.analysis.sampling.shuffle_quality`). Another epoch or rank, another order.
    Raises ScaleLabError for a size below 1.
    """
    if size < 1:
        raise ScaleLabError(f"Expected a shuffle buffer for 1 item or more but got {size}; raise it.")
    return _shuffled(iter(items), size, _uniform(generator("shuffle buffer", seed, epoch, rank)))


def _shuffled(items: Iterator[T], size: int, draws: Iterator[float]) -> Iterator[T]:
    held: list[T] = []
    for item in items:
        held.append(item)
        if len(held) == size:
            yield _take(held, next(draws))
    while held:
        yield _take(held, next(draws))


def _take(held: list[T], draw: float) -> T:
    """Remove one item, in constant time: the last takes its place."""
    place = int(draw * len(held))
    held[place], held[-1] = held[-1], held[place]
    return held.pop()


def _uniform(random: torch.Generator) -> Iterator[float]:
    """Numbers from 0 up to but not including 1."""
    while True:
        yield from torch.rand(_DRAWS, generator=random, dtype=torch.float64).tolist()
