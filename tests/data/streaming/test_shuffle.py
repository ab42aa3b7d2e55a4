"""A shuffle buffer gives all that it got, in an order that its arguments alone decide."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.data.streaming.shuffle import shuffle_buffer
from scalelab.errors import ScaleLabError


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 5))
def test_every_item_comes_once_and_none_too_early(count, size, seed):
    order = list(shuffle_buffer(range(count), size, seed))
    assert sorted(order) == list(range(count))
    assert all(item <= place + size - 1 for place, item in enumerate(order))


def test_a_buffer_of_one_changes_nothing():
    assert list(shuffle_buffer("abcdef", 1, seed=3)) == list("abcdef")


def test_seed_epoch_and_rank_each_give_another_order():
    base = {"seed": 0, "epoch": 0, "rank": 0}
    orders = [tuple(shuffle_buffer(range(50), 20, **base | change))
              for change in ({}, {"seed": 1}, {"epoch": 1}, {"rank": 1})]  # fmt: skip
    assert len(set(orders)) == 4
    assert orders[0] == tuple(shuffle_buffer(range(50), 20, **base))


def test_no_more_is_read_than_the_buffer_holds():
    read = []
    list(islice(shuffle_buffer((read.append(k) for k in range(1000)), 10, seed=0), 5))
    assert len(read) == 10 + 4


def test_a_buffer_of_nothing_is_refused():
    with pytest.raises(ScaleLabError, match="1 item or more"):
        shuffle_buffer([], 0, seed=0)
