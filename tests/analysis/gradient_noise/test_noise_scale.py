"""The noise scale of problems on which it is known."""

import numpy as np
import pytest
import torch

from scalelab.analysis.gradient_noise.noise_scale import noise_scale, squared_lengths
from scalelab.errors import ScaleLabError

DIMENSIONS, GRADIENT, NOISE = 50, 2.0, 300.0  # |G|^2 and tr(Sigma)


def lengths(batch_size, steps, seed):
    """Squared lengths of gradients G + N(0, Sigma / B), Sigma far from round."""
    random = np.random.default_rng(seed)
    variances = np.arange(1, DIMENSIONS + 1, dtype=float)
    variances *= NOISE / variances.sum()
    gradient = np.full(DIMENSIONS, np.sqrt(GRADIENT / DIMENSIONS))
    noise = random.normal(size=(steps, DIMENSIONS)) * np.sqrt(variances / batch_size)
    return ((gradient + noise) ** 2).sum(axis=1)


def estimate(steps, seed, small=32, large=128):
    return noise_scale(lengths(small, steps, seed), lengths(large, steps, seed + 10_000), small, large)


def test_both_parts_are_unbiased_and_the_error_is_what_repeats_show():
    found = [estimate(200, seed) for seed in range(300)]
    for part, true in (("gradient", GRADIENT), ("noise", NOISE)):
        values = np.array([getattr(one, part) for one in found])
        assert abs(values.mean() - true) < 3 * values.std() / np.sqrt(len(values))
    values, errors = np.array([one.value for one in found]), np.array([one.error for one in found])
    assert np.median(values) == pytest.approx(NOISE / GRADIENT, rel=0.03)
    assert np.median(errors) == pytest.approx(values.std(), rel=0.25)
    assert np.mean(abs(values - NOISE / GRADIENT) < 2 * errors) > 0.9


def test_a_gradient_that_is_lost_in_the_noise_is_called_unknown():
    random = np.random.default_rng(0)
    small, large = (random.chisquare(10, 20) / size for size in (8, 16))
    assert not noise_scale(small, large, 8, 16).known
    assert estimate(400, 0).known


@pytest.mark.parametrize("sizes", [(64, 64), (64, 32), (0, 32)])
def test_sizes_must_differ(sizes):
    with pytest.raises(ScaleLabError, match="the smaller first"):
        noise_scale([1.0, 2.0], [1.0, 2.0], *sizes)


def test_the_ranks_own_gradients_and_their_mean():
    """Two ranks, played by a function that averages with the other one's."""
    own, other = [torch.tensor([[3.0, 0.0]]), torch.tensor([0.0])], torch.tensor([1.0, 4.0, 2.0], dtype=torch.float64)

    def mean_over_ranks(x):
        return (x + (other if x.ndim else other @ other)) / 2

    assert squared_lengths(own, mean_over_ranks) == ((9 + 21) / 2, 4 + 4 + 1)
