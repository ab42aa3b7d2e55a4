"""How long a worker takes for a gradient and its messages: laws to draw from, all with a mean of one second."""

from collections.abc import Callable

import numpy as np

Durations = Callable[[np.random.Generator, int], float]  # (generator, worker) to seconds


def exponential(generator: np.random.Generator, worker: int) -> float:  # noqa: ARG001  (every worker alike)
    """Without memory: how long it still takes does not hang on how long it has taken."""
    return float(generator.exponential())


def constant(generator: np.random.Generator, worker: int) -> float:  # noqa: ARG001  (every worker alike)
    """Always the same; the smallest of differences keeps two workers from ending at one moment."""
    return float(1 + 1e-6 * generator.random())


def lognormal(generator: np.random.Generator, worker: int) -> float:  # noqa: ARG001  (every worker alike)
    """Mostly near its median, at times several times as long."""
    return float(generator.lognormal(mean=-0.125, sigma=0.5))


def with_slow_worker(law: Durations, slow: int, factor: float) -> Durations:
    """The same law, but for one worker that takes so many times as long."""
    return lambda generator, worker: law(generator, worker) * (factor if worker == slow else 1.0)
