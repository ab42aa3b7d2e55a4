"""What a collective did among so many workers with so long vectors, as its process tells it."""

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np

from scalelab.parallel.collectives.transcript import Message

BYTES = 8  # of a float64
LARGEST = 1_000_000  # what 16 bits cannot hold


class Case(msgspec.Struct, frozen=True):
    """So many workers, each with a vector of so many elements."""

    size: int
    elements: int

    def __str__(self) -> str:
        elements = "1 element" if self.elements == 1 else f"{self.elements} elements"
        return f"{self.size} workers and vectors of {elements}"

    @property
    def bytes(self) -> int:
        """Of a vector."""
        return BYTES * self.elements

    def vectors(self) -> np.ndarray:
        """What the workers begin with, (size, elements): whole numbers, whose sums are exact in whatever order."""
        drawn = np.random.default_rng([self.size, self.elements]).integers(
            -LARGEST, LARGEST, (self.size, self.elements)
        )
        return drawn * 1.0


class CaseReport(msgspec.Struct, frozen=True):
    """`results`: what each worker returned, or the name of its type where that is no vector. `error` is what stopped
    it, `waits` who waited for whom when nobody sent any more, `ended` who had ended by then.
    """

    case: Case
    results: list[list[float] | str] = []
    messages: list[Message] = []
    peak_bytes: list[int] = []
    left: list[Message] = []
    error: str | None = None
    waits: dict[int, int] = {}
    ended: list[int] = []


@dataclass(frozen=True)
class CaseRun:
    """A report, and what follows from it."""

    report: CaseReport

    @property
    def case(self) -> Case:
        """What was run."""
        return self.report.case

    @cached_property
    def sent(self) -> list[int]:
        """Bytes that each worker sent."""
        return [sum(m.bytes for m in self.report.messages if m.sender == w) for w in range(self.case.size)]

    @cached_property
    def received(self) -> list[int]:
        """Bytes that were sent to each worker."""
        return [sum(m.bytes for m in self.report.messages if m.receiver == w) for w in range(self.case.size)]

    @property
    def busiest(self) -> int:
        """Bytes of the busiest worker, in the direction in which it has more."""
        return max([*self.sent, *self.received])

    @property
    def rounds(self) -> int:
        """In how many rounds all was done."""
        return max((m.round + 1 for m in self.report.messages), default=0)

    @property
    def least_bytes(self) -> float:
        """What an all-reduce cannot do without, for the busiest worker (Patarasuk and Yuan 2009)."""
        return 2 * (self.case.size - 1) / self.case.size * self.case.bytes

    @property
    def vectors_carried(self) -> float:
        """The busiest worker's bytes, in vectors."""
        return self.busiest / self.case.bytes
