"""Halves to a partner, then halves of the half that is left, and so back: the ring's bytes in 2 log2 N rounds.

Thakur, Rabenseifner and Gropp (2005), section 4.5; Goyal and others (2017), section 4. Where N is no power of two, the
workers form blocks that are (Rabenseifner's binary blocks): 7 are 4, 2 and 1. Each block halves for itself, the
smaller ones hand their pieces up to the next larger block, and get the sums from there before all double.
"""

from itertools import pairwise
from typing import NamedTuple

from torch import Tensor

from scalelab.parallel.collectives.protocol import Receive, Send, cut


class Block(NamedTuple):
    """So many workers from `start` on; their number is a power of two."""

    start: int
    length: int


class Piece(NamedTuple):
    """Units `low` to `high`: a unit is what a worker of the largest block has in the end."""

    low: int
    high: int


def halving_doubling_all_reduce(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    """The sum of all workers' `x`, on each."""
    all_blocks = blocks(size)
    mine = next(number for number, block in enumerate(all_blocks) if rank < block.start + block.length)
    worker = _Worker(x, rank, all_blocks[mine], all_blocks[0].length, send, receive)
    piece = worker.halve()
    next_larger = all_blocks[mine - 1] if mine else None
    next_smaller = all_blocks[mine + 1] if mine + 1 < len(all_blocks) else None
    if next_smaller:
        worker.add_from(next_smaller, piece)
    if next_larger:
        worker.through(next_larger, piece)
    if next_smaller:
        worker.give_back(next_smaller, piece)
    worker.double(piece)
    return x


def blocks(size: int) -> list[Block]:
    """The powers of two in `size`, the largest first."""
    lengths = [1 << bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
    return [Block(sum(lengths[:number]), length) for number, length in enumerate(lengths)]


class _Worker:
    """A worker of a block, and its vector in `units`."""

    def __init__(self, x: Tensor, rank: int, block: Block, units: int, send: Send, receive: Receive):
        self.x, self.block, self.units, self.send, self.receive = x, block, units, send, receive
        self.place = rank - block.start
        ends = [0]
        for unit in cut(x, units):
            ends.append(ends[-1] + len(unit))
        self.ends = ends

    def part(self, piece: Piece) -> Tensor:
        """That piece of the vector, as a view."""
        return self.x[self.ends[piece.low] : self.ends[piece.high]]

    def halve(self) -> Piece:
        """Give away one half after the other; the piece that is left is the sum over the block."""
        piece, distance = Piece(0, self.units), self.block.length // 2
        while distance:
            middle = (piece.low + piece.high) // 2
            lower, upper = Piece(piece.low, middle), Piece(middle, piece.high)
            piece, given = (upper, lower) if self.place & distance else (lower, upper)
            partner = self.block.start + (self.place ^ distance)
            self.send(self.part(given), partner)
            self.part(piece).add_(self.receive(partner))
            distance //= 2
        return piece

    def double(self, piece: Piece) -> None:
        """Exchange what is complete, twice as much in each round."""
        distance = 1
        while distance < self.block.length:
            width = piece.high - piece.low
            other = (
                Piece(piece.low - width, piece.low) if self.place & distance else Piece(piece.high, piece.high + width)
            )
            partner = self.block.start + (self.place ^ distance)
            self.send(self.part(piece), partner)
            self.part(other).copy_(self.receive(partner))
            piece = Piece(min(piece.low, other.low), max(piece.high, other.high))
            distance *= 2

    def through(self, above: Block, piece: Piece) -> None:
        """Hand this piece up, to those of the larger block who have parts of it, and take the sums from them."""
        owners = self._shared(above, piece)
        for owner, part in owners:
            self.send(self.part(part), owner)
        for owner, part in owners:
            self.part(part).copy_(self.receive(owner))

    def add_from(self, below: Block, piece: Piece) -> None:
        """Add what the smaller block has of this piece."""
        self.part(piece).add_(self.receive(self._above(below)))

    def give_back(self, below: Block, piece: Piece) -> None:
        """Give the smaller block the sum."""
        self.send(self.part(piece), self._above(below))

    def _above(self, below: Block) -> int:
        return below.start + self.place * below.length // self.block.length

    def _shared(self, above: Block, piece: Piece) -> list[tuple[int, Piece]]:
        """Who of the larger block has which part of the piece."""
        width = self.units // above.length
        edges = range(piece.low, piece.high + 1, width)
        return [(above.start + low // width, Piece(low, high)) for low, high in pairwise(edges)]
