"""However the number of ranks changes, every example comes once an epoch."""

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.elastic.order import epoch_order, step_examples


@pytest.mark.parametrize("sizes", [[1], [2, 1, 2], [4, 3, 2, 1], [3, 7, 1, 5]])
@pytest.mark.parametrize("count", [1, 64, 101])
def test_every_example_comes_once(sizes, count):
    order, done, seen, step = epoch_order(count, epoch=3, seed=1), 0, [], 0
    while done < count:
        size = sizes[step % len(sizes)]
        parts = [step_examples(order, done, rank, size, 5) for rank in range(size)]
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
        seen += torch.cat(parts).tolist()
        done, step = done + sum(map(len, parts)), step + 1
    assert sorted(seen) == list(range(count))


def test_the_order_is_anothers_in_another_epoch_and_the_same_on_every_rank():
    assert torch.equal(epoch_order(50, 1, 0), epoch_order(50, 1, 0))
    assert not torch.equal(epoch_order(50, 1, 0), epoch_order(50, 2, 0))


def test_a_rank_that_there_is_not_is_refused():
    with pytest.raises(ScaleLabError, match="Expected a rank of 2"):
        step_examples(epoch_order(5, 0, 0), 0, 2, 2, 1)
