"""Whole vectors, exchanged with a partner twice as far away in each round: few rounds, many bytes.

Thakur, Rabenseifner and Gropp (2005), "Optimization of collective communication operations in MPICH", section 4.5.
"""

from torch import Tensor

from scalelab.parallel.collectives.protocol import Receive, Send


def recursive_doubling_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on each, in log2 N rounds of the whole vector.

    Where N is no power of two, the workers above the largest one in it give their vectors to one below, and get
    the sum from there.
    """
    most = 1 << (size.bit_length() - 1)
    if rank >= most:
        send(x, rank - most)
        return x.copy_(receive(rank - most))
    has_guest = rank + most < size
    if has_guest:
        x += receive(rank + most)
    distance = 1
    while distance < most:
        send(x, rank ^ distance)
        x += receive(rank ^ distance)
        distance *= 2
    if has_guest:
        send(x, rank + most)
    return x
