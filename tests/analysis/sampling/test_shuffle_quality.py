"""How far items move: by the buffer's size, until the buffer holds everything."""

import numpy as np
import pytest

from scalelab.analysis.sampling.shuffle_quality import moved, spread, spread_of_buffer, spread_of_full_shuffle
from scalelab.data.streaming.shuffle import shuffle_buffer
from scalelab.errors import ScaleLabError


def test_moves_are_counted_item_by_item():
    assert moved([2, 0, 1]).tolist() == [1, 1, -2]
    assert spread([2, 0, 1]) == pytest.approx(np.sqrt(2))
    assert spread(range(9)) == 0


@pytest.mark.parametrize("size", [1, 2, 10, 100])
def test_a_buffer_moves_items_by_about_its_size(size):
    order = list(shuffle_buffer(range(20_000), size, seed=0))
    assert spread(order) == pytest.approx(spread_of_buffer(size), rel=0.1)
    assert moved(order).mean() == 0
    assert moved(order).min() >= 1 - size


def test_a_buffer_that_holds_everything_shuffles_fully():
    spreads = [spread(list(shuffle_buffer(range(300), 300, seed))) for seed in range(30)]
    assert np.mean(spreads) == pytest.approx(spread_of_full_shuffle(300), rel=0.03)


@pytest.mark.parametrize("order", [[0, 0, 1], [1, 2, 3]])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(ScaleLabError, match="once"):
        moved(order)
