"""One worker adds up for all; or each adds up one piece for all (a sharded server).

Li and others (2014), "Scaling distributed machine learning with the parameter server".
"""

from torch import Tensor

from scalelab.parallel.collectives.protocol import Receive, Send, cut


def server_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on each. Worker 0 receives N - 1 vectors and sends as many."""
    if rank:
        send(x, 0)
        return x.copy_(receive(0))
    for other in range(1, size):
        x += receive(other)
    for other in range(1, size):
        send(x, other)
    return x


def sharded_server_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The same, where worker k is the server of piece k: the ring's bytes, to all others instead of to one."""
    pieces = cut(x, size)
    others = [(rank + turn) % size for turn in range(1, size)]  # not all at once to the same one
    for other in others:
        send(pieces[other], other)
    for other in others:
        pieces[rank] += receive(other)
    for other in others:
        send(pieces[rank], other)
    for other in others:
        pieces[other].copy_(receive(other))
    return x
