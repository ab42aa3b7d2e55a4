"""Momentum on a quadratic bowl: the path is PyTorch's, and the factors are those of the theory."""

import math

import numpy as np
import pytest
import torch

from scalelab.analysis.descent.momentum import best_momentum, momentum_path, shrinking_factor, steps_to


def test_the_path_is_that_of_torch():
    weights = torch.tensor([3.0, -2.0], dtype=torch.float64, requires_grad=True)
    curvatures = torch.tensor([10.0, 1.0], dtype=torch.float64)
    optimizer, visited = torch.optim.SGD([weights], 0.05, momentum=0.7), [weights.tolist()]
    for _ in range(20):
        optimizer.zero_grad()
        (0.5 * curvatures * weights**2).sum().backward()
        optimizer.step()
        visited.append(weights.tolist())
    np.testing.assert_allclose(momentum_path(0.05, 0.7, curvatures.numpy(), np.array([3.0, -2.0]), 20), visited)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_factor_is_what_a_long_path_shrinks_by(momentum):
    path = np.abs(momentum_path(0.03, momentum, np.array([7.0]), np.array([1.0]), 400)[:, 0])
    measured = (path[300:].max() / path[100:200].max()) ** (1 / 200)
    assert measured == pytest.approx(shrinking_factor(0.03, momentum, 7.0), abs=0.01)


def test_without_momentum_it_is_one_minus_the_step():
    assert shrinking_factor(0.1, 0.0, 4.0) == pytest.approx(0.6)
    assert shrinking_factor(0.6, 0.0, 4.0) == pytest.approx(1.4)


@pytest.mark.parametrize("kappa", [2.0, 20.0, 1000.0])
def test_the_best_momentum_turns_kappa_into_its_root(kappa):
    lr, momentum = best_momentum(kappa, 1.0)
    factors = [shrinking_factor(lr, momentum, h) for h in np.geomspace(1.0, kappa, 30)]
    root = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    assert max(factors) == pytest.approx(root, rel=1e-4)
    for other_lr, other in ((lr, 0.9 * momentum), (0.9 * lr, momentum), (1.1 * lr, momentum)):
        assert max(shrinking_factor(other_lr, other, h) for h in (1.0, kappa)) > root


def test_steps_follow_from_the_factor():
    assert steps_to(0.001, 0.5) == pytest.approx(math.log(1000) / math.log(2))
    assert steps_to(0.001, 1.2) == math.inf
