"""Noise put back: how much of it there is."""

import math

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.optim.noise import add_noise, annealed_sigma, example_weights, matching_sigma

EXAMPLES, DRAWS = 4096, 4000


def test_a_large_batch_with_matching_weights_has_the_covariance_of_the_small_one():
    """On examples whose gradients have mean zero, where it is exact."""
    drawn = torch.randn(EXAMPLES, 2, generator=torch.Generator().manual_seed(0))
    gradients = drawn @ torch.tensor([[1.0, 0.8], [0.0, 2.0]])
    gradients -= gradients.mean(0)
    small, large = 32, 512
    sigma = matching_sigma(large, small)
    draw = torch.Generator().manual_seed(1)
    means = {small: [], large: []}
    for step in range(DRAWS):
        for size in means:
            batch = gradients[torch.randint(EXAMPLES, (size,), generator=draw)]
            weights = example_weights(size, sigma, seed=0, step=step) if size == large else torch.ones(size)
            means[size].append((weights[:, None] * batch).mean(0))
    expected = torch.cov(gradients.T) / small
    for size, found in means.items():
        assert torch.allclose(torch.cov(torch.stack(found).T), expected, rtol=0.1), size


def test_weights_are_one_on_average_and_drawn_by_their_seed():
    weights = example_weights(100_000, 0.5, seed=3, step=7)
    assert weights.mean() == pytest.approx(1, abs=0.01)
    assert weights.std() == pytest.approx(0.5, rel=0.02)
    assert torch.equal(weights, example_weights(100_000, 0.5, seed=3, step=7))
    assert not torch.equal(weights, example_weights(100_000, 0.5, seed=3, step=8))
    assert not torch.equal(weights, example_weights(100_000, 0.5, seed=3, step=7, rank=1))


def test_sigma_grows_with_the_batch():
    assert matching_sigma(64, 64) == 0
    assert matching_sigma(4096, 64) == pytest.approx(math.sqrt(63))
    with pytest.raises(ScaleLabError, match="1 to 64"):
        matching_sigma(64, 128)


def test_added_noise_is_the_same_on_all_ranks_and_as_large_as_asked():
    def noisy():
        weights = [torch.nn.Parameter(torch.zeros(200, 300)), torch.nn.Parameter(torch.zeros(5))]
        weights[0].grad = torch.ones(200, 300)
        add_noise(weights, 0.1, seed=1, step=2)
        return weights

    one, other = noisy(), noisy()
    assert torch.equal(one[0].grad, other[0].grad)
    assert (one[0].grad - 1).std() == pytest.approx(0.1, rel=0.02)
    assert one[1].grad is None


def test_annealed_noise_falls_as_the_paper_has_it():
    assert annealed_sigma(0, eta=0.3) == pytest.approx(math.sqrt(0.3))
    assert annealed_sigma(99, eta=0.3) == pytest.approx(math.sqrt(0.3 / 100**0.55))
