"""First within each machine, then between the machines: few bytes leave a machine, where the link is slow."""

from functools import partial

from torch import Tensor

from scalelab.errors import ScaleLabError
from scalelab.parallel.collectives.algorithms.ring import ring_all_gather, ring_all_reduce, ring_reduce_scatter
from scalelab.parallel.collectives.protocol import Collective, Receive, Send, among


def hierarchical(per_machine: int) -> Collective:
    """The all-reduce for workers that stand so many to a machine: 0 to per_machine - 1 on the first, and so on."""
    return partial(_hierarchical_all_reduce, per_machine)


def _hierarchical_all_reduce(per_machine: int, x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """Each ends up with the machine's sum of one piece, adds that piece up over the machines, and shares the result.

    Between the machines go 2 (M - 1) / M pieces of n / per_machine bytes from each worker. Raises ScaleLabError where
    the machines are not all full.
    """
    if size % per_machine:
        raise ScaleLabError(f"{size} workers do not fill machines of {per_machine} each.")
    first = rank - rank % per_machine
    inside = among(range(first, first + per_machine), rank, send, receive)
    across = among(range(rank % per_machine, size, per_machine), rank, send, receive)
    piece = ring_reduce_scatter(x, *inside)
    ring_all_reduce(piece, *across)
    return ring_all_gather(x, *inside)
