"""What theory says of workers that wait, and of those that do not."""

import numpy as np

from scalelab.errors import ScaleLabError


def harmonic(number: int) -> float:
    """1 + 1/2 + ... + 1/number: the mean of the largest of so many exponential times of mean 1."""
    return float(np.sum(1 / np.arange(1, number + 1)))


def first_of(workers: int, backups: int) -> float:
    """The mean time until `workers` of workers + backups exponential tasks of mean 1 are done: H_(N+b) - H_b."""
    return harmonic(workers + backups) - harmonic(backups)


def best_backups(machines: int, spread: float) -> tuple[int, float]:
    """(backups, gain): how many of so many machines to keep as backups where a task takes 1 + spread x Exp(1), and how
    many times as fast images are then trained as without any.

    With b backups, machines - b gradients count in a step of 1 + spread (H_machines - H_b).
    """
    seconds = 1 + spread * np.array([first_of(machines - backups, backups) for backups in range(machines)])
    speed = (machines - np.arange(machines)) / seconds
    best = int(np.argmax(speed))
    return best, float(speed[best] / speed[0])


def mean_staleness(workers: int) -> int:
    """Of asynchronous workers in the long run, whatever their speeds: each update makes the M - 1 others' weights older
    by one, so M updates make, and M gradients use up, M (M - 1) in all.
    """
    return workers - 1


def momentum_of_asynchrony(workers: int) -> float:
    """The momentum that exponential times of M workers amount to, 1 - 1/M; Mitliagkas and others (2016), theorem 3."""
    return 1 - 1 / workers


def largest_lr(curvature: float, delay: int) -> float:
    """The learning rate below which w <- w - lr * curvature * w(delay updates ago) comes to rest:
    2 sin(pi / (2 (2 delay + 1))) / curvature.

    The characteristic roots of z^(d+1) = z^d - lr h lie within the unit circle exactly then.
    """
    if delay < 0 or curvature <= 0:
        raise ScaleLabError(f"Expected a curvature above 0 and a delay of 0 or more, got {curvature} and {delay}.")
    return 2 * np.sin(np.pi / (2 * (2 * delay + 1))) / curvature


def delayed_descent(lr: float, curvature: float, delay: int, steps: int, start: float = 1.0) -> np.ndarray:
    """w after each step, (steps + 1,), of gradient descent on curvature w^2 / 2 by the gradient `delay` updates ago."""
    path = np.full(steps + 1, start)
    for step in range(steps):
        path[step + 1] = path[step] - lr * curvature * path[max(0, step - delay)]
    return path
