"""The covariance of updates, on a quadratic whose Hessian and noise are given."""

import pytest
import torch
from torch import nn

from scalelab.analysis.gradient_noise.update_noise import expected_variance, update_variance, updates
from scalelab.optim import scaled_lr
from scalelab.optim.noise import example_weights, matching_sigma

EXAMPLES, DRAWS, LR, SMALL, LARGE = 4096, 3000, 0.1, 16, 256


@pytest.fixture(scope="module")
def quadratic():
    """Losses (w - c_i)' H (w - c_i) / 2 of examples with drawn centres: each gradient is H (w - c_i)."""
    draw = torch.Generator().manual_seed(0)
    hessian, centres = torch.diag(torch.tensor([1.0, 4.0, 0.25])), torch.randn(EXAMPLES, 3, generator=draw)
    centres -= centres.mean(0)
    model = nn.Module()
    model.w = nn.Parameter(torch.zeros(3))

    def loss(model, batch, weights=1.0):
        away = model.w - centres[batch]
        return (weights * ((away @ hessian) * away).sum(1) / 2).mean()

    noise = ((centres @ hessian) ** 2).sum(1).mean().item()
    return model, loss, noise


def batches(size):
    draw = torch.Generator().manual_seed(size)
    return [torch.randint(EXAMPLES, (size,), generator=draw) for _ in range(DRAWS)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_it_is_the_squared_rate_over_the_batch_size(quadratic, size):
    model, loss, noise = quadratic
    assert update_variance(updates(model, loss, LR, batches(size))) == pytest.approx(
        expected_variance(LR, size, noise), rel=0.1
    )
    assert model.w.grad is None


@pytest.mark.parametrize(("rule", "times"), [("none", SMALL / LARGE), ("sqrt", 1.0), ("linear", LARGE / SMALL)])
def test_what_each_rule_makes_of_it(quadratic, rule, times):
    model, loss, noise = quadratic
    lr = scaled_lr(LR, LARGE / SMALL, rule)
    measured = update_variance(updates(model, loss, lr, batches(LARGE)))
    assert measured == pytest.approx(times * expected_variance(LR, SMALL, noise), rel=0.1)


def test_noise_put_back_by_random_weights_makes_it_that_of_the_small_batch(quadratic):
    model, loss, noise = quadratic
    sigma, step = matching_sigma(LARGE, SMALL), iter(range(DRAWS))

    def noisy(model, batch):
        return loss(model, batch, example_weights(len(batch), sigma, seed=0, step=next(step)))

    measured = update_variance(updates(model, noisy, LR, batches(LARGE)))
    assert measured == pytest.approx(expected_variance(LR, SMALL, noise), rel=0.1)
