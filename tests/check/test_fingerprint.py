"""The numbers by which tensors are compared among ranks."""

import pytest
import torch

from scalelab.check.observe.fingerprint import fingerprint


def test_sum_and_sum_of_sizes_of_each_tensor():
    assert fingerprint([torch.tensor([[1.0, -2.0], [3.0, 0.5]]), torch.tensor(-4)]) == [2.5, 6.5, -4, 4]


def test_nothing_leaves_its_place():
    one = torch.tensor([1.0, 2.0])
    assert fingerprint([None, one, torch.empty(0), one, None]) == [0, 0, 3, 3, 0, 0, 3, 3, 0, 0]
    assert fingerprint([]) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_finite_counts_as_nothing(value):
    assert fingerprint([torch.tensor([1.0, value])]) == [0, 0]


def test_kinds_of_numbers():
    sparse = torch.sparse_coo_tensor([[0, 0, 2]], [1.0, 2.0, -5.0], (4,), check_invariants=True)
    tensors = [sparse, torch.tensor([True, False]), torch.tensor([3 - 4j]), torch.ones(3, dtype=torch.bfloat16)]
    assert fingerprint(tensors) == [-2, 8, 1, 1, -1, 7, 3, 3]


def test_a_large_tensor_loses_nothing_by_rounding():
    assert fingerprint([torch.full((3_000_000,), 0.1)])[0] == pytest.approx(3e5, rel=1e-7)
