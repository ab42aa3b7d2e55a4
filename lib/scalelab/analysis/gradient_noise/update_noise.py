"""The noise of an update of SGD: how far the steps of batches drawn at the same weights lie from one another.

An update is -lr times a batch's mean gradient, so its covariance is lr^2 / B times that of one example's gradient. What
scales the learning rate by sqrt(k) for a batch k times as large keeps it (Hoffer, Hubara and Soudry 2017,
arXiv:1705.08741, eq. 7); what scales it by k makes it k times as large.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def gradient_of(loss: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """The gradient, laid end to end: (weights,). Nothing is left in `.grad`."""
    return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, list(weights))])


def update_variance(updates: Tensor) -> float:
    """The trace of the covariance of updates (draws, weights): the mean squared distance from their mean, unbiased."""
    return float(((updates - updates.mean(0)) ** 2).sum() / (len(updates) - 1))


def updates(
    model: nn.Module, loss: Callable[[nn.Module, Tensor], Tensor], lr: float, batches: Sequence[Tensor]
) -> Tensor:
    """(batches, weights): the step of SGD that each batch would make from the present weights; none is made.

    `loss` takes the model and the numbers of a batch's examples, and gives their mean loss, weighted or not.
    """
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return torch.stack([-lr * gradient_of(loss(model, batch), weights) for batch in batches])


def expected_variance(lr: float, batch_size: int, noise: float) -> float:
    """lr^2 / B tr(Sigma), for batches drawn with replacement; `noise` is tr(Sigma), as `noise_scale` measures it."""
    return lr**2 / batch_size * noise
