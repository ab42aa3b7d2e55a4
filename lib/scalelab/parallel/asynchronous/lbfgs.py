"""L-BFGS whose vectors lie elsewhere: it says what to do with them by name, and sees dot products alone.

Nocedal and Wright (2006), algorithms 7.4 (two loops) and 3.1 (backtracking); so spread over shards by Dean and others
(2012), algorithm 7.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SLOPE = 1e-4  # of the loss, the share that a step must bring (Armijo)
CURVATURE = 1e-10  # of a step, below which it is not remembered: rounding then outweighs what it tells


class Vectors(Protocol):
    """Vectors by name, among them "weights" and, after an evaluation, "gradient"."""

    def dot(self, a: str, b: str) -> float:
        """The product of two."""

    def combine(self, target: str, parts: list[tuple[float, str]]) -> None:
        """target = the sum of factor * vector over the parts; the target may be one of them."""


@dataclass(frozen=True)
class Iteration:
    """The loss after a step, the length of the gradient there, and how often the loss was evaluated on the way."""

    loss: float
    gradient_norm: float
    evaluations: int


def lbfgs(
    vectors: Vectors, evaluate: Callable[[], float], iterations: int, memory: int = 10, tolerance: float = 1e-10
) -> list[Iteration]:
    """Minimise a loss. `evaluate()` gives it at "weights", and leaves the gradient there in "gradient".

    The last `memory` moves of weights and gradient are remembered. It ends early where the gradient is shorter than
    `tolerance`, or no step along the direction brings the loss down.
    """
    pairs: list[tuple[str, str, float]] = []  # names of a move of the weights and of the gradient, their dot product
    loss, history = evaluate(), []
    for number in range(iterations):
        norm = vectors.dot("gradient", "gradient") ** 0.5
        if norm < tolerance:
            break
        _direction(vectors, pairs)
        length = 1.0 if pairs else min(1.0, 1 / norm)
        vectors.combine("weights before", [(1.0, "weights")])
        vectors.combine("gradient before", [(1.0, "gradient")])
        found = _search(vectors, evaluate, loss, length)
        if found is None or found[0] >= loss:  # the loss cannot tell the two apart any more
            break
        loss, evaluations = found
        pairs = _remember(vectors, pairs, number % memory, memory)
        history.append(Iteration(loss, vectors.dot("gradient", "gradient") ** 0.5, evaluations))
    return history


def _direction(vectors: Vectors, pairs: list[tuple[str, str, float]]) -> None:
    """ "direction" = minus the gradient, times the inverse of the curvature that the pairs tell of."""
    vectors.combine("direction", [(-1.0, "gradient")])
    factors = []
    for move, change, product in reversed(pairs):
        factors.append(vectors.dot(move, "direction") / product)
        vectors.combine("direction", [(1.0, "direction"), (-factors[-1], change)])
    if pairs:
        _, change, product = pairs[-1]
        vectors.combine("direction", [(product / vectors.dot(change, change), "direction")])
    for (move, change, product), factor in zip(pairs, reversed(factors), strict=True):
        again = vectors.dot(change, "direction") / product
        vectors.combine("direction", [(1.0, "direction"), (factor - again, move)])


def _search(vectors: Vectors, evaluate: Callable[[], float], before: float, length: float) -> tuple[float, int] | None:
    """Halve the step until it brings what the slope promises: the new loss, and the evaluations; None if none does."""
    slope = vectors.dot("gradient", "direction")
    for evaluations in range(1, 31):
        vectors.combine("weights", [(1.0, "weights before"), (length, "direction")])
        loss = evaluate()
        if loss <= before + SLOPE * length * slope:
            return loss, evaluations
        length /= 2
    vectors.combine("weights", [(1.0, "weights before")])
    return None


def _remember(
    vectors: Vectors, pairs: list[tuple[str, str, float]], place: int, memory: int
) -> list[tuple[str, str, float]]:
    move, change = f"move {place}", f"change {place}"
    pairs = [pair for pair in pairs if pair[0] != move]
    vectors.combine(move, [(1.0, "weights"), (-1.0, "weights before")])
    vectors.combine(change, [(1.0, "gradient"), (-1.0, "gradient before")])
    product = vectors.dot(move, change)
    if product > CURVATURE:
        pairs.append((move, change, product))
    return pairs[-memory:]
