"""The formulas are what transcripts on a clock take, and give the literature's figures."""

import numpy as np
import pytest
import torch

from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.hierarchical import hierarchical
from scalelab.parallel.collectives.algorithms.recursive_doubling import recursive_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.algorithms.server import server_all_reduce, sharded_server_all_reduce
from scalelab.parallel.collectives.algorithms.tree import tree_all_reduce
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.costs import (
    FORMS,
    bandwidth_to_hide,
    bus_bandwidth,
    halving_doubling_seconds,
    hierarchical_seconds,
    ring_seconds,
)
from scalelab.parallel.collectives.replay import replay
from scalelab.parallel.collectives.transcript import write_down

COLLECTIVES = {
    "ring": ring_all_reduce,
    "halving and doubling": halving_doubling_all_reduce,
    "recursive doubling": recursive_doubling_all_reduce,
    "tree": tree_all_reduce,
    "server": server_all_reduce,
    "sharded server": sharded_server_all_reduce,
}
COST = MessageCost(latency=2e-5, bandwidth=5e8)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("workers", [1, 2, 4, 16])
def test_the_formulas_are_what_transcripts_take(name, workers):
    transcript = write_down(COLLECTIVES[name], [torch.ones(3200)] * workers)
    wanted = replay(transcript, COST).seconds
    assert FORMS[name](COST, 4 * 3200, workers) == pytest.approx(wanted, rel=1e-9, abs=1e-15)


def test_machines_first_then_the_links_between_them():
    """Four machines of four: here each worker has a link of its own, which then carries a quarter of the vector."""
    transcript = write_down(hierarchical(4), [torch.ones(4 * 16 * 100)] * 16)
    shared = MessageCost(COST.latency, 4 * COST.bandwidth)
    wanted = replay(transcript, COST).seconds
    assert hierarchical_seconds(COST, shared, 4 * 6400, 4, 4) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("latency", "ratio"), [(30e-6, 2.0), (50e-6, 2.5), (78e-6, 3.0), (100e-6, 3.3)])
def test_halving_and_doubling_beside_the_ring_for_small_buffers(latency, ratio):
    """Goyal and others (2017), section 4: up to three times as fast at 32 servers. That the buffer was 4 MB, on 50
    Gbit/s, is this project's reading.
    """
    cost = MessageCost(latency, 50e9 / 8)
    assert ring_seconds(cost, 4e6, 32) / halving_doubling_seconds(cost, 4e6, 32) == pytest.approx(ratio, abs=0.05)
    assert 1.0 < ring_seconds(cost, 1e8, 32) / halving_doubling_seconds(cost, 1e8, 32) < 1.2


def test_what_a_step_of_resnet_50_asks_of_the_network():
    """Goyal and others (2017), section 4: 100 MB twice in 125 ms is 12.8 Gbit/s."""
    assert 8 * bandwidth_to_hide(100e6, 0.125) == pytest.approx(12.8e9)
    assert bandwidth_to_hide(100e6, 0.125, workers=2) == pytest.approx(100e6 / 0.125)


def test_bus_bandwidth_as_nccl_tests_count_it():
    assert bus_bandwidth(4 * 2**30, 22.05e-3, 32) == pytest.approx(377.34e9, rel=1e-3)
    assert bus_bandwidth(4 * 2**30, 10.15e-3, 8) == pytest.approx(740.64e9, rel=1e-3)


def test_one_server_beside_its_shards():
    """Zhang and others, Dive into Deep Learning, section 13.7: 160 MB from four GPUs over 16 GB/s each way."""
    cost = MessageCost(1e-12, 16e9)
    assert FORMS["server"](cost, 160e6, 4) == pytest.approx(60e-3)
    assert FORMS["sharded server"](cost, 160e6, 4) == pytest.approx(15e-3)


def test_formulas_take_arrays():
    for seconds in FORMS.values():
        assert np.shape(seconds(COST, np.array([1e3, 1e6]), 8)) == (2,)
        assert np.shape(seconds(COST, 1e6, np.array([2, 4, 8]))) == (3,)
