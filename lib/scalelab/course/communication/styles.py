"""Which all-reduce this is, by who sends how much to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

from scalelab.course.communication.case_run import CaseRun


@dataclass(frozen=True)
class Style:
    """A known form of an all-reduce. `says` is what to say of it beside the bound, with the case's own figures."""

    name: str
    says: str = ""


def recognise(run: CaseRun) -> Style | None:
    """The form that this run has the marks of; None where it is another. Eight workers show it best."""
    return next((style for marks, style in _STYLES if marks(run)), None)


def has_marks(run: CaseRun, name: str) -> bool:
    """Whether the run has those of the form of that name; among few workers it may have several forms' marks."""
    return any(marks(run) for marks, style in _STYLES if style.name == name)


def _ring(run: CaseRun) -> bool:
    return _one_neighbour(run) and _in_pieces(run) and run.traffic.busiest <= _share(run)


def _long_ring(run: CaseRun) -> bool:
    return _one_neighbour(run) and _in_pieces(run)


def _ring_of_whole_vectors(run: CaseRun) -> bool:
    size = run.case.size
    return _one_neighbour(run) and _whole(run) and len(run.report.messages) >= size * (size - 1)


def _passed_around(run: CaseRun) -> bool:
    return _one_neighbour(run) and _whole(run)


def _line(run: CaseRun) -> bool:
    return _whole(run) and all(abs(m.receiver - m.sender) == 1 for m in run.report.messages)


def _server(run: CaseRun) -> bool:
    ends = [{m.sender, m.receiver} for m in run.report.messages]
    return run.case.size > 2 and bool(ends) and _whole(run) and bool(set.intersection(*ends))


def _everybody_to_everybody(run: CaseRun) -> bool:
    return _all_pairs(run) and _whole(run)


def _sharded_server(run: CaseRun) -> bool:
    return _all_pairs(run) and run.traffic.busiest <= _share(run)


def _recursive_doubling(run: CaseRun) -> bool:
    return _partners_by_bits(run) and _whole(run)


def _halving_doubling(run: CaseRun) -> bool:
    return _partners_by_bits(run) and run.traffic.busiest <= _share(run)


def _tree(run: CaseRun) -> bool:
    return _whole(run) and len(run.report.messages) == 2 * (run.case.size - 1)


def _one_neighbour(run: CaseRun) -> bool:
    """Whether all send to the next worker, or all to the one before."""
    steps = {(m.receiver - m.sender) % run.case.size for m in run.report.messages}
    return steps in ({1}, {run.case.size - 1})


def _whole(run: CaseRun) -> bool:
    return all(m.bytes == run.case.bytes for m in run.report.messages)


def _in_pieces(run: CaseRun) -> bool:
    longest = -(-run.case.elements // run.case.size)
    return all(m.elements <= longest for m in run.report.messages)


def _all_pairs(run: CaseRun) -> bool:
    pairs = {(m.sender, m.receiver) for m in run.report.messages}
    return run.case.size > 2 and len(pairs) == run.case.size * (run.case.size - 1)


def _partners_by_bits(run: CaseRun) -> bool:
    """Whether each worker talks to those whose number differs from its own in one bit."""
    pairs = {(m.sender, m.receiver) for m in run.report.messages}
    by_bits = all((sender ^ receiver).bit_count() == 1 for sender, receiver in pairs)
    return by_bits and len(pairs) == run.case.size * log2(run.case.size)


def _share(run: CaseRun) -> float:
    """The least bytes, where the pieces are not equally long: 2 (N - 1) of the longest."""
    longest = -(-run.case.elements // run.case.size)
    return 2 * (run.case.size - 1) * longest * run.case.bytes / run.case.elements


_STYLES: list[tuple[Callable[[CaseRun], bool], Style]] = [
    (_ring, Style("a ring")),
    (_long_ring, Style("a ring that goes on for too long", "N - 1 rounds make the sums, N - 1 more hand them around")),
    (
        _ring_of_whole_vectors,
        Style("a ring that sends whole vectors", "cut the vector into pieces, and send one a round"),
    ),
    (_passed_around, Style("one vector that is passed around", "while it is with one worker, all others wait")),
    (_line, Style("a line, up and down", "while two neighbours talk, all others wait")),
    (_server, Style("a server", "one worker takes in all vectors and sends as many; share its work among all")),
    (
        _everybody_to_everybody,
        Style("everybody sending everything to everybody", "each needs the sum, not all vectors"),
    ),
    (
        _sharded_server,
        Style("a sharded server, each adding up one piece for all", "a ring sends to the next worker alone"),
    ),
    (_halving_doubling, Style("halving and doubling")),
    (_recursive_doubling, Style("recursive doubling", "whole vectors in every round; exchange halves of what is left")),
    (_tree, Style("a tree", "its root carries log2 N times a vector, and half of the workers wait in each round")),
]
