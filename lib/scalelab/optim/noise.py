"""Noise put back into the gradient of a large batch: added to it, or as random weights of its examples."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError


def example_weights(count: int, sigma: float, seed: int, step: int, rank: int = 0) -> Tensor:
    """z ~ N(1, sigma^2), one for each example of a batch: (count,). Use it as `(z * losses).mean()`.

    The gradient stays right on average, and its noise grows (Hoffer et al. 2017, section 4.1, multiplicative noise).
    Examples are not the same on two ranks, so neither is their noise: `rank` is part of the seed.
    """
    return torch.normal(1.0, sigma, (count,), generator=generator("example weights", seed, step, rank))


def matching_sigma(batch_size: int, small: int) -> float:
    """The sigma with which a batch of `batch_size` has the noise of a batch of `small`.

    The covariance of a batch's gradient is about E[g g'] / B, if the mean gradient is small beside the examples' own;
    weights z make it (1 + sigma^2) E[g g'] / B. The two are equal at sigma^2 = B / small - 1.
    Raises ScaleLabError where `small` is larger than the batch: noise can only be added.
    """
    if not 0 < small <= batch_size:
        raise ScaleLabError(f"Expected a small batch of 1 to {batch_size} examples but got {small}.")
    return math.sqrt(batch_size / small - 1)


@torch.no_grad()
def add_noise(weights: Iterable[Tensor], sigma: float, seed: int, step: int) -> None:
    """Add N(0, sigma^2) to every gradient in place, between the averaging and the step.

    All ranks draw the same, so that their weights stay equal: do not let the rank into the seed.
    """
    for place, weight in enumerate(weights):
        if weight.grad is not None:
            drawn = torch.randn(weight.grad.shape, generator=generator("gradient noise", seed, step, place))
            weight.grad.add_(drawn.to(weight.grad), alpha=sigma)


def annealed_sigma(step: int, eta: float = 0.3, gamma: float = 0.55) -> float:
    """A standard deviation that falls with the steps, sqrt(eta / (1 + step)^gamma) (Neelakantan et al. 2015, eq. 1)."""
    return math.sqrt(eta / (1 + step) ** gamma)
