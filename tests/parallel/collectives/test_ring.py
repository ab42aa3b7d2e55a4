"""The ring all-reduce: everybody ends with the sum, for 2 (K - 1) / K of the bytes each."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from scalelab.parallel.collectives.ring import ring_allreduce


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
def test_every_worker_ends_with_the_sum_of_all(workers):
    values = np.random.default_rng(workers).normal(size=(workers, 5 * workers))
    ring = ring_allreduce(values)
    assert_allclose(ring.sums, np.tile(values.sum(axis=0), (workers, 1)), rtol=1e-12)
    assert (ring.holds[-1] == workers).all()


@pytest.mark.parametrize("workers", [2, 3, 4, 64])
def test_each_sends_twice_the_share_of_the_others(workers):
    ring = ring_allreduce(np.ones((workers, 3 * workers)))
    assert ring.rounds == 2 * (workers - 1)
    assert_allclose(ring.elements_sent, 2 * (workers - 1) / workers * 3 * workers)


def test_in_every_round_each_worker_sends_another_piece():
    ring = ring_allreduce(np.ones((4, 4)))
    assert all(sorted(pieces) == [0, 1, 2, 3] for pieces in ring.sent)


def test_after_half_of_the_rounds_each_worker_has_one_whole_sum():
    ring = ring_allreduce(np.ones((5, 5)))
    assert ((ring.holds[4] == 5).sum(axis=1) == 1).all()
