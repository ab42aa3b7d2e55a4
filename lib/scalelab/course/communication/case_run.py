"""What a collective did among so many workers with so long vectors, as its process tells it."""

from dataclasses import dataclass

import msgspec
import numpy as np

from scalelab.parallel.collectives.transcript import Message, Traffic

BYTES = 8  # of a float64
NOT_FOUND = "not-found"  # a file that says why the function could not be loaded
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
    it, `not_begun` what an exercise says that has no answer yet; `waits` who waited for whom when nobody sent any
    more, `ended` who had ended by then.
    """

    case: Case
    results: list[list[float] | str] = []
    messages: list[Message] = []
    peak_bytes: list[int] = []
    left: list[Message] = []
    error: str | None = None
    not_begun: str | None = None
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

    @property
    def traffic(self) -> Traffic:
        """Who sent how much, in how many rounds."""
        return Traffic(self.report.messages, self.case.size)

    @property
    def least_bytes(self) -> float:
        """What an all-reduce cannot do without, for the busiest worker (Patarasuk and Yuan 2009)."""
        return 2 * (self.case.size - 1) / self.case.size * self.case.bytes

    @property
    def vectors_carried(self) -> float:
        """The busiest worker's bytes, in vectors."""
        return self.traffic.busiest / self.case.bytes
