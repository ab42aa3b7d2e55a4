"""How often to commit: what a commit costs against what a failure takes back.

Young (1974), "A first order approximation to the optimum checkpoint interval".
"""

import numpy as np

from scalelab.errors import ScaleLabError


def young_interval(cost: float, between_failures: float) -> float:
    """Seconds of work between two commits of `cost` seconds each, where failures are that far apart on average:
    the square root of 2 cost x between_failures. Raises ScaleLabError unless both are above 0.
    """
    _check(cost, between_failures)
    return float(np.sqrt(2 * cost * between_failures))


def efficiency(interval: float, cost: float, between_failures: float) -> float:
    """The share of the time that is work which stays, to first order: 1 - cost / interval - interval / (2
    between_failures). A failure takes back half an interval on average.
    """
    _check(interval, cost, between_failures)
    return 1 - cost / interval - interval / (2 * between_failures)


def simulated_efficiency(
    interval: float, cost: float, between_failures: float, commits: int = 20_000, seed: int = 0
) -> float:
    """The same by trying: failures come at exponential times, each takes back all since the last commit, and work goes
    on at once.
    """
    _check(interval, cost, between_failures)
    generator = np.random.default_rng(seed)
    whole, seconds, committed = interval + cost, 0.0, 0
    while committed < commits:
        until_failure = generator.exponential(between_failures)
        done = min(int(until_failure // whole), commits - committed)
        committed += done
        seconds += done * whole if committed == commits else until_failure
    return commits * interval / seconds


def _check(*values: float) -> None:
    if min(values) <= 0:
        raise ScaleLabError(f"Expected seconds above 0, got {', '.join(map(str, values))}.")
