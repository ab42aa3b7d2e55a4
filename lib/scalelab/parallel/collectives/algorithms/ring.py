"""Around the ring: each worker sends to the next one only, and receives from the one before it.

Patarasuk and Yuan (2009), "Bandwidth optimal all-reduce algorithms for clusters of workstations".
"""

from torch import Tensor

from scalelab.parallel.collectives.protocol import Receive, Send, cut


def ring_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on each, in 2 (N - 1) rounds of a piece: 2 (N - 1) / N of its bytes from each."""
    ring_reduce_scatter(x, rank, size, send, receive)
    return ring_all_gather(x, rank, size, send, receive)


def ring_reduce_scatter(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of one piece of `x`, that of the next worker's number, which is also put into its place in `x`."""
    pieces, after, before = cut(x, size), (rank + 1) % size, (rank - 1) % size
    for turn in range(size - 1):
        send(pieces[(rank - turn) % size], after)
        pieces[(rank - turn - 1) % size] += receive(before)
    return pieces[after]


def ring_all_gather(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """All of `x`, where each worker has the piece of the next worker's number and the others come from around."""
    pieces, after, before = cut(x, size), (rank + 1) % size, (rank - 1) % size
    for turn in range(size - 1):
        send(pieces[(rank - turn + 1) % size], after)
        pieces[(rank - turn) % size].copy_(receive(before))
    return x
