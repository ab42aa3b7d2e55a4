"""What is wrong with the vectors that the workers ended with, in a sentence."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from scalelab.course.communication.case_run import Case, CaseRun
from scalelab.parallel.collectives.protocol import Receive, Send, cut
from scalelab.parallel.collectives.transcript import write_down

FEWEST_ELEMENTS = 4  # of a piece, for it not to be the sum by chance


def find_wrong_sum(run: CaseRun) -> str | None:
    """A sentence on the results; None where all workers have the sum."""
    case, results = run.case, run.report.results
    for worker, result in enumerate(results):
        if isinstance(result, str):
            return _no_vector(worker, result, case)
    vectors, ends = case.vectors(), np.array(results)
    total = vectors.sum(axis=0)
    if np.array_equal(ends, np.tile(total, (case.size, 1))):
        return None
    return _known_slip(case, vectors, ends, total) or _first_difference(ends, total)


def _no_vector(worker: int, kind: str, case: Case) -> str:
    if kind == "NoneType":
        return f"worker {worker} returns nothing; end with `return x`, on every path"
    return f"worker {worker} returns a {kind}, not the sum, a tensor of shape ({case.elements},)"


def _known_slip(case: Case, vectors: np.ndarray, ends: np.ndarray, total: np.ndarray) -> str | None:
    size = case.size
    if np.array_equal(ends, vectors):
        return "all vectors are as they were; keep what `receive` gives, as in `x += receive(source)`"
    if np.allclose(ends, total / size):
        return "each ends with the mean, not the sum"
    if np.array_equal(ends, total - vectors):
        return "each ends with the sum of all the others; its own vector is not in it"
    right = (ends == total).all(axis=1)
    if right.any():
        have = ", ".join(map(str, np.flatnonzero(right)))
        return f"only worker {have} has the sum; the others must get it, too"
    wrong = np.flatnonzero((ends != total).any(axis=0))
    if case.elements % size and wrong.min() >= size * (case.elements // size):
        return (
            f"the last elements are left out, {case.elements % size} of {case.elements}: pieces need not be equally "
            "long (`cut` makes them)"
        )
    if any(np.array_equal(ends, np.array(slip)) for slip in _adding_rings(vectors)):
        return "a sum is added to what was there; in the second half, what comes is complete and takes the place"
    complete = _complete_pieces(case, ends, total)
    if case.elements >= FEWEST_ELEMENTS * size and set(complete) == {1}:
        return "each worker has the sum of one piece: the first half is done, the second must hand the pieces around"
    if case.elements >= FEWEST_ELEMENTS * size and set(complete) == {0}:
        return "no worker has the sum of any piece: each has to pass all N workers, and what is complete has to stay so"
    return None


def _adding_rings(vectors: np.ndarray) -> Iterator[list[np.ndarray]]:
    """What a ring makes that adds in its second half as well, in either direction."""
    for order in (slice(None), slice(None, None, -1)):
        transcript = write_down(_adding_ring, list(torch.from_numpy(vectors[order].copy())))
        yield [result.numpy() for result in transcript.results[order]]


def _adding_ring(x: Tensor, rank: int, size: int, send: Send, receive: Receive) -> Tensor:
    pieces = cut(x, size)
    for turn in range(2 * (size - 1)):
        send(pieces[(rank - turn) % size], (rank + 1) % size)
        pieces[(rank - turn - 1) % size] += receive((rank - 1) % size)
    return x


def _complete_pieces(case: Case, ends: np.ndarray, total: np.ndarray) -> list[int]:
    """How many pieces of each worker are the sum."""
    right = ends == total
    pieces = np.array_split(np.arange(case.elements), case.size)
    return [sum(bool(right[worker, piece].all()) for piece in pieces) for worker in range(case.size)]


def _first_difference(ends: np.ndarray, total: np.ndarray) -> str:
    worker, place = np.argwhere(ends != total)[0]
    right = np.mean(ends == total)
    return (
        f"element {place} of worker {worker} should be {total[place]:g} and is {ends[worker, place]:g} ({right:.0%} of "
        "all elements are right)"
    )
