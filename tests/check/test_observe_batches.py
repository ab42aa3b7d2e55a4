"""The numbers by which examples are compared among ranks. No ranks are started."""

import pytest
import torch

from scalelab.check.observe.batches import hash_rows


def test_examples_with_the_same_values_have_the_same_number():
    first, second, again = hash_rows(torch.tensor([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]))
    assert first == again != second
    assert hash_rows(torch.tensor([3.0, 3.0], dtype=torch.bfloat16))[0] == hash_rows(torch.tensor([3.0]))[0]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (0, 3, 4)])
def test_an_empty_batch_has_no_examples(shape):
    assert hash_rows(torch.empty(shape)) == []


def test_examples_without_values_are_all_alike():
    assert len(set(hash_rows(torch.empty(2, 0)))) == 1
