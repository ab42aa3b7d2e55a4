"""Transcripts on a clock take as long as the formulas of the literature say."""

from math import log2

import pytest
import torch

from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.recursive_doubling import recursive_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.algorithms.server import server_all_reduce, sharded_server_all_reduce
from scalelab.parallel.collectives.algorithms.tree import tree_all_reduce
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.replay import replay
from scalelab.parallel.collectives.transcript import write_down

COST = MessageCost(latency=3e-5, bandwidth=1e9)
ELEMENTS = 6400


def seconds(collective, size, cost=COST, **options):
    return replay(write_down(collective, [torch.ones(ELEMENTS, dtype=torch.float64)] * size), cost, **options).seconds


@pytest.mark.parametrize("size", [2, 4, 8, 16])
def test_the_formulas(size):
    n, a, bandwidth, rounds = 8 * ELEMENTS, COST.latency, COST.bandwidth, log2(size)
    share = 2 * (size - 1) / size * n / bandwidth
    assert seconds(ring_all_reduce, size) == pytest.approx(2 * (size - 1) * a + share, rel=1e-9)
    assert seconds(ring_all_reduce, size) == pytest.approx(COST.seconds(n, size), rel=1e-9)
    assert seconds(halving_doubling_all_reduce, size) == pytest.approx(2 * rounds * a + share, rel=1e-9)
    assert seconds(recursive_doubling_all_reduce, size) == pytest.approx(rounds * (a + n / bandwidth), rel=1e-9)
    assert seconds(tree_all_reduce, size) == pytest.approx(2 * rounds * (a + n / bandwidth), rel=1e-9)
    assert seconds(server_all_reduce, size) == pytest.approx(2 * a + 2 * (size - 1) * n / bandwidth, rel=1e-9)
    assert seconds(sharded_server_all_reduce, size) == pytest.approx(2 * a + share, rel=1e-9)


def test_one_worker_needs_no_time():
    assert seconds(ring_all_reduce, 1) == 0


def test_one_slow_neighbour_makes_the_whole_ring_slow():
    by_bytes = MessageCost(latency=1e-9, bandwidth=1e9)
    quick, slow = (seconds(ring_all_reduce, 8, by_bytes, slow=slow) for slow in ({}, {3: 4.0}))
    assert slow == pytest.approx(4 * quick, rel=0.01)


def test_a_message_is_taken_in_after_it_has_come_and_nobody_sends_two_at_a_time():
    transcript = write_down(sharded_server_all_reduce, [torch.ones(70)] * 7)
    run = replay(transcript, COST)
    assert (run.taken >= run.arrives).all()
    assert (run.arrives > run.leaves).all()
    for worker in range(7):
        mine = sorted((run.leaves[k], m.bytes) for k, m in enumerate(transcript.messages) if m.sender == worker)
        for (leaves, size), (then, _) in zip(mine, mine[1:], strict=False):
            assert then >= leaves + size / COST.bandwidth - 1e-12
