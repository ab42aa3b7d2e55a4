"""What K workers do with steps that compute for some time and then exchange a gradient by a ring."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scalelab.parallel.collectives.cost_model import MessageCost


@dataclass(frozen=True)
class Workload:
    """compute: seconds of a step of one worker; gradient: bytes; hidden: share of the exchange that travels during
    backward, at most as long as that takes, which is two thirds of the computing.
    """

    compute: float
    gradient: float
    hidden: float = 0.0

    def exposed(self, cost: MessageCost, workers: npt.ArrayLike) -> np.ndarray:
        """Seconds that a step is longer among so many workers than alone."""
        exchange = np.asarray(cost.seconds(self.gradient, np.asarray(workers)))
        return exchange - np.minimum(self.hidden * exchange, 2 / 3 * self.compute)

    def efficiency(self, cost: MessageCost, workers: npt.ArrayLike) -> np.ndarray:
        """What all do beside as many who need not exchange, 0 to 1."""
        return self.compute / (self.compute + self.exposed(cost, workers))
