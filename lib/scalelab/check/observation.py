"""What is judged of a run: how it ended, and what each rank told. It can be kept as a text, and be judged again."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from scalelab.check.events import Event
from scalelab.check.rank_events import RankEvents
from scalelab.launch.diagnose import tells_of_the_end
from scalelab.launch.launch import Ending, Outcome
from scalelab.launch.output import Line, Output


@dataclass(frozen=True)
class Observation:
    """A run that is over."""

    ranks: list[RankEvents]
    outcome: Outcome

    def to_json(self) -> str:
        """A line for the end and one for each event; of what was printed, only what says how the ranks ended."""
        outcome = self.outcome
        head = _Head(outcome.ended, outcome.reason, outcome.seconds, len(self.ranks), list(_telling(outcome.output)))
        traced = [_TracedEvent(rank.rank, event) for rank in self.ranks for event in rank.events]
        return "\n".join(msgspec.json.encode(one).decode() for one in [head, *traced]) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Observation":
        """Raises msgspec.DecodeError where the text is none of `to_json`, or holds an event of another kind."""
        first, *lines = text.splitlines() or [""]
        head = msgspec.json.decode(first, type=_Head)
        traced = [msgspec.json.decode(line, type=_TracedEvent) for line in lines]
        ranks = [RankEvents(rank, [one.event for one in traced if one.rank == rank]) for rank in range(head.workers)]
        output = Output(head.workers)
        for line in head.printed:
            output.add(line)
        return cls(ranks, Outcome(head.ended, head.reason, head.seconds, output))


class _Head(msgspec.Struct, frozen=True, array_like=True):
    ended: Ending
    reason: str
    seconds: float
    workers: int
    printed: list[Line]


class _TracedEvent(msgspec.Struct, frozen=True, array_like=True):
    rank: int
    event: Event


def _telling(output: Output) -> Iterator[Line]:
    for (rank, stream), lines in output.kept.items():
        yield from (Line(rank, stream, text) for text in lines if tells_of_the_end(text))
