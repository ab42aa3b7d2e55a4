"""Whether the ranks do different work on the same inputs."""

from scalelab.check.findings.compare import DECAY, equal, steps_of_all
from scalelab.check.rank_events import RankEvents

SEEN, FEWEST_STEPS = 8, 3  # steps whose gradients are compared
MOST = 0.75  # of the steps, before which nothing is drawn: an epoch may begin with a shuffle
MUCH = 0.01  # of a gradient, by which work differs: of the same work they are alike but for rounding


def work_differs(first: RankEvents, other: RankEvents) -> bool:
    """Whether two ranks' own gradients differ although their weights are equal and nothing is drawn at random.

    So they are different work, though the networks get the same inputs: say a graph, of which each rank's loss takes
    its own nodes.
    """
    seen = [batch for rank in (first, other) for batch in rank.batches[1:SEEN]]
    if sum(batch.random is False for batch in seen) < MOST * len(seen):
        return False
    steps = [pair for pair in steps_of_all([first, other]) if all(step.own for step in pair)][:SEEN]
    alike = [pair for pair in steps if equal([step.weights for step in pair], DECAY)]
    differing = [pair for pair in alike if _differ(pair[0].own, pair[1].own)]
    return len(alike) >= FEWEST_STEPS and len(differing) == len(alike)


def _differ(first: list[float], other: list[float]) -> bool:
    distance = sum((a - b) ** 2 for a, b in zip(first, other, strict=False))
    return distance > MUCH**2 * sum(a * a for a in first)
