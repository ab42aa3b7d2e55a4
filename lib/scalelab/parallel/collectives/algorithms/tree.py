"""Up a binomial tree and down again: 2 log2 N rounds of the whole vector, whatever N is."""

from torch import Tensor

from scalelab.parallel.collectives.protocol import Receive, Send


def tree_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on each: added up on worker 0, then handed down."""
    tree_reduce(x, rank, size, send, receive)
    return tree_broadcast(x, rank, size, send, receive)


def tree_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on worker 0; on the others a part of it."""
    distance = 1
    while distance < size:
        if rank & distance:
            send(x, rank - distance)
            return x
        if rank + distance < size:
            x += receive(rank + distance)
        distance *= 2
    return x


def tree_broadcast(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """Worker 0's `x`, on each."""
    distance = 1
    while distance < size and not rank & distance:
        distance *= 2
    if rank:
        x.copy_(receive(rank - distance))
    while distance > 1:
        distance //= 2
        if rank + distance < size:
            send(x, rank + distance)
    return x
