"""Where learning per second is largest: between the batch that saturates the machine and that which saturates learning.

A step with B images takes a + c B seconds, and 1 + critical / B steps times some number are needed; so the time is

    (1 + critical / B) (a + c B),    least at    B = sqrt(a / c * critical).
"""

import math

import numpy as np
import numpy.typing as npt

from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve
from scalelab.analysis.throughput.step_time import StepCost


def best_batch_size(cost: StepCost, critical: float) -> float:
    """The geometric mean of the batch size with half of the machine's speed and of the critical one, in images."""
    return math.sqrt(cost.half_batch * critical)


def seconds_to_target(cost: StepCost, curve: StepsCurve, batch_size: npt.ArrayLike) -> np.ndarray:
    """Seconds of all steps to the target, at a batch size or at an array of them."""
    sizes = np.asarray(batch_size, dtype=float)
    return np.asarray(curve.steps(sizes)) * (cost.per_step + sizes * cost.per_image)


def share_of_the_ideal(batch_size: npt.ArrayLike, half_batch: float, critical: float) -> np.ndarray:
    """Learning per second beside that of a machine at its ceiling that gets the most out of each image: 0 to 1.

    Its largest value is 1 / (1 + sqrt(half_batch / critical))^2, at the best batch size.
    """
    sizes = np.asarray(batch_size, dtype=float)
    return sizes / (sizes + half_batch) * critical / (sizes + critical)
