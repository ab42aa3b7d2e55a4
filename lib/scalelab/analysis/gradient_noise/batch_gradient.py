"""The gradient of a batch as an estimate of the gradient of all the data: how far off it is, and what it costs."""

import time
from collections.abc import Sequence

import numpy as np

from scalelab.data.line import Line
from scalelab.errors import ScaleLabError


def example_gradients(line: Line, w: float, b: float) -> np.ndarray:
    """(n, 2): for each example alone the gradient of its squared error along w and along b.

    Their mean is the gradient of the loss.
    """
    error = w * line.x + b - line.y
    return 2 * np.stack([error * line.x, error], axis=1)


def batch_gradients(gradients: np.ndarray, batch_sizes: Sequence[int], draws: int, seed: int = 0) -> np.ndarray:
    """(draws, len(batch_sizes), d): means over random batches of the examples' gradients (n, d), without replacement.

    Each draw shuffles the examples once; the first B of a shuffled order are a batch of B, for every B.
    Raises ScaleLabError for a batch size outside 1..n.
    """
    count, sizes = len(gradients), np.asarray(batch_sizes)
    if sizes.min() < 1 or sizes.max() > count:
        raise ScaleLabError(
            f"Expected batch sizes of 1 to {count}, the number of examples, but got {sizes.tolist()}; choose others."
        )
    random = np.random.default_rng(seed)
    means = np.empty((draws, len(sizes), gradients.shape[1]))
    for draw in range(draws):
        sums = np.cumsum(gradients[random.permutation(count)[: sizes.max()]], axis=0)
        means[draw] = sums[sizes - 1] / sizes[:, None]
    return means


def variance_of_batches(gradients: np.ndarray, batch_size: int) -> float:
    """Mean squared distance of a batch's gradient from the mean of all `gradients` (n, d); exact.

    S^2 / B (1 - B / n) with S^2 the sum of the squared distances over n - 1, for batches without replacement
    (Cochran 1977, theorem 2.2). With the divisor n in place of n - 1 the factor is (n - B) / (n - 1).
    """
    count = len(gradients)
    if count == 1:
        return 0.0
    spread = ((gradients - gradients.mean(axis=0)) ** 2).sum() / (count - 1)
    return float(spread / batch_size * (1 - batch_size / count))


def measured_variance(batches: np.ndarray, target: np.ndarray, groups: int = 5) -> np.ndarray:
    """(groups, batch sizes): mean squared distance of `batches` (draws, batch sizes, d) from `target` (d,).

    The draws are dealt to `groups` equal groups, so that the groups differ as repeats of the measurement do.
    """
    distance = ((batches - target) ** 2).sum(axis=2)
    usable = len(distance) // groups * groups
    return distance[:usable].reshape(groups, -1, distance.shape[1]).mean(axis=1)


def exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """The slope of the straight line through log y against log x, by least squares."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def gradient_seconds(line: Line, batch_sizes: Sequence[int], repeats: int = 5, seed: int = 0) -> np.ndarray:
    """(repeats, len(batch_sizes)): seconds for the gradient of one batch, gathered and computed.

    Each is the median of some hundred in a row; the first of all are done once before the clock starts.
    """
    order = np.random.default_rng(seed).permutation(len(line.x))
    batches = [order[:size] for size in batch_sizes]
    for batch in batches:
        _gradient(line, batch)
    return np.array([[_median_seconds(line, batch) for batch in batches] for _ in range(repeats)])


def _median_seconds(line: Line, batch: np.ndarray, times: int = 100) -> float:
    clock = [time.perf_counter()]
    for _ in range(times):
        _gradient(line, batch)
        clock.append(time.perf_counter())
    return float(np.median(np.diff(clock)))


def _gradient(line: Line, batch: np.ndarray) -> tuple[float, float]:
    x, y = line.x[batch], line.y[batch]
    error = 1.5 * x + 0.5 - y
    return 2 / len(x) * float(error @ x), 2 / len(x) * float(error.sum())
