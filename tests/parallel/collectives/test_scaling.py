"""A model of K workers: laws that hold whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.scaling import Workload

COST = MessageCost(latency=1e-4, bandwidth=1e9)
seconds, size, share = st.floats(1e-4, 10), st.floats(1, 1e10), st.floats(0, 1)


def test_a_worker_alone_exchanges_nothing():
    assert Workload(0.1, 1e8).efficiency(COST, 1) == 1


def test_the_efficiency_is_that_of_the_step_beside_step_and_exchange():
    workload = Workload(compute=0.03, gradient=1e7)
    assert workload.efficiency(COST, 4) == pytest.approx(0.03 / (0.03 + 6 * (1e-4 + 1e7 / 4e9)))


@given(seconds, size, share)
def test_more_workers_lose_more_and_hiding_loses_less(compute, gradient, hidden):
    workers = np.array([1, 2, 4, 64, 1024])
    exposed = Workload(compute, gradient, hidden).exposed(COST, workers)
    assert (np.diff(exposed) >= -1e-12).all()
    assert (exposed <= Workload(compute, gradient).exposed(COST, workers) + 1e-12).all()


@given(seconds, size, share)
def test_a_slower_worker_scales_better(compute, gradient, hidden):
    slow, fast = (Workload(factor * compute, gradient, hidden) for factor in (2, 1))
    assert slow.efficiency(COST, 16) >= fast.efficiency(COST, 16)


def test_no_more_is_hidden_than_backward_takes():
    assert Workload(compute=0.003, gradient=1e9, hidden=1.0).exposed(COST, 2) == pytest.approx(2 * (1e-4 + 0.5) - 0.002)
