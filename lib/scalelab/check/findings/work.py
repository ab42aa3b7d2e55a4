"""Whether the ranks do different work on the same inputs."""

from scalelab.check.events import RankEvents
from scalelab.check.findings.compare import DECAY, equal, steps_of_all

SEEN, FEWEST_STEPS = 8, 3  # steps whose gradients are compared
MUCH = 0.01  # of a gradient, by which work differs: of the same work they are alike but for rounding


def work_differs(ranks: list[RankEvents]) -> bool:
    """Whether the ranks' own gradients differ although their weights are equal and nothing is drawn at random.

    So they are different work, though the networks get the same inputs: say a graph, of which each rank's loss takes
    its own nodes.
    """
    if any(batch.random is not False for rank in ranks for batch in rank.batches[:SEEN]):
        return False
    steps = [steps for steps in steps_of_all(ranks) if all(step.own for step in steps)][:SEEN]
    alike = [steps for steps in steps if equal([step.weights for step in steps], DECAY)]
    differing = [steps for steps in alike if _differ(steps[0].own, steps[1].own)]
    return len(alike) >= FEWEST_STEPS and len(differing) == len(alike)


def _differ(first: list[float], other: list[float]) -> bool:
    distance = sum((a - b) ** 2 for a, b in zip(first, other, strict=False))
    return distance > MUCH**2 * sum(a * a for a in first)
