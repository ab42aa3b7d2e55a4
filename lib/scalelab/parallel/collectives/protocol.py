"""The one form of every collective here: a function that each worker runs with its own vector, and two functions to
talk to the others.

The same function runs on messages that are only written down (transcript.py), and between real processes
(processes.py). `send` never waits: what was given is copied, and travels. `receive` waits for what comes next.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from scalelab.errors import ScaleLabError


class Send(Protocol):
    """send(values, to): give a copy of these values (a tensor of one dimension) to another worker."""

    def __call__(self, values: Tensor, to: int) -> None: ...


class Receive(Protocol):
    """receive(source): wait for the next values that this worker has sent, and take them."""

    def __call__(self, source: int) -> Tensor: ...


# collective(x, rank, size, send, receive): x is this worker's own vector, (n,), which may be changed.
Collective = Callable[[Tensor, int, int, Send, Receive], Tensor]


def cut(x: Tensor, pieces: int) -> list[Tensor]:
    """`x` in so many pieces one after the other, as views: the first ones are an element longer where it must be."""
    return list(torch.tensor_split(x, pieces))


def among(workers: Sequence[int], rank: int, send: Send, receive: Receive) -> tuple[int, int, Send, Receive]:
    """What a collective among these workers alone needs: rank, size, send and receive, all counted within them."""
    return (
        list(workers).index(rank),
        len(workers),
        lambda values, to: send(values, workers[to]),
        lambda source: receive(workers[source]),
    )


def check_message(values: object, to: int, rank: int, size: int) -> Tensor:
    """What is sent, if it can be: a tensor of one dimension, to another worker that there is.

    Raises ScaleLabError.
    """
    check_partner(to, rank, size, "send to")
    if not isinstance(values, Tensor):
        raise ScaleLabError(f"Worker {rank} sends {type(values).__name__} to worker {to}; send a tensor.")
    if values.ndim != 1:
        raise ScaleLabError(
            f"Worker {rank} sends a tensor of shape {tuple(values.shape)} to worker {to}; send one of one dimension."
        )
    return values


def check_partner(other: object, rank: int, size: int, verb: str) -> None:
    """Raises ScaleLabError unless there is such another worker."""
    if not isinstance(other, int) or isinstance(other, bool) or not 0 <= other < size:
        raise ScaleLabError(f"Worker {rank} would {verb} worker {other!r}; there are workers 0 to {size - 1}.")
    if other == rank:
        raise ScaleLabError(f"Worker {rank} would {verb} itself.")
