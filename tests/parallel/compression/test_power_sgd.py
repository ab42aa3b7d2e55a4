"""PowerSGD: bytes, what low rank it finds, and that it commutes with the mean."""

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.compression.power_sgd import PowerSGD


def matrix(rows, columns, seed, rank=None):
    generator = torch.Generator().manual_seed(seed)
    if rank is None:
        return torch.randn(rows, columns, generator=generator, dtype=torch.float64)
    return torch.randn(rows, rank, generator=generator, dtype=torch.float64) @ torch.randn(
        rank, columns, generator=generator, dtype=torch.float64
    )


@pytest.mark.parametrize(("rows", "columns", "rank"), [(64, 32, 1), (10, 500, 4)])
def test_a_worker_gives_r_times_n_plus_m_numbers(rows, columns, rank):
    assert PowerSGD(rank)([matrix(rows, columns, 0)]).bytes == 4 * rank * (rows + columns)


def test_a_gradient_of_low_rank_is_found_at_once():
    gradient = matrix(30, 20, 1, rank=3)
    assert torch.allclose(PowerSGD(3)([gradient]).values, gradient)


def test_of_a_gradient_that_stays_it_finds_the_best_approximation():
    gradient, compress = matrix(30, 20, 2), PowerSGD(2)
    for _ in range(200):
        found = compress([gradient]).values
    u, s, v = torch.linalg.svd(gradient, full_matrices=False)
    assert torch.allclose(found, u[:, :2] * s[:2] @ v[:2], atol=1e-6)


def test_the_workers_together_are_one_with_the_mean():
    gradients = [matrix(12, 9, seed) for seed in range(4)]
    many, one = PowerSGD(2), PowerSGD(2)
    for _ in range(3):
        assert torch.allclose(many(gradients).values, one([torch.stack(gradients).mean(dim=0)]).values)


@pytest.mark.parametrize("gradients", [[torch.ones(3)], [torch.ones(2, 3), torch.ones(3, 2)], []])
def test_what_is_no_matrix_is_refused(gradients):
    with pytest.raises(ScaleLabError, match="Expected a matrix of each worker"):
        PowerSGD(1)(gradients)
    with pytest.raises(ScaleLabError, match="Expected a rank"):
        PowerSGD(0)
