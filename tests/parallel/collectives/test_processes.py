"""The same collectives between real processes: the same sums, bytes and messages as written down."""

import numpy as np
import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits
from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.processes import Task, own_vector, run_on_processes
from scalelab.parallel.collectives.transcript import write_down

pytestmark = [pytest.mark.ranks, pytest.mark.slow]


@pytest.mark.parametrize(("collective", "size"), [(ring_all_reduce, 3), (halving_doubling_all_reduce, 4)])
def test_real_processes_do_what_is_written_down(collective, size):
    sizes = [1, 1001]
    run = run_on_processes(collective, size, Task(sizes))
    for k, elements in enumerate(sizes):
        vectors = [torch.from_numpy(own_vector(rank, elements)) for rank in range(size)]
        transcript = write_down(collective, vectors)
        for rank in range(size):
            assert np.array_equal(run.results[k][rank], sum(vectors).numpy())
            assert run.reports[rank].bytes_sent[k] == transcript.bytes_sent[rank]
            assert run.reports[rank].messages[k] == sum(m.sender == rank for m in transcript.messages)


def test_a_function_of_a_notebook_goes_along_and_a_link_makes_it_wait():
    factor = 2.0

    def swap(x, rank, size, send, receive):
        send(factor * x, 1 - rank)
        return receive(1 - rank)

    run = run_on_processes(swap, 2, Task([1000], rounds=2, link=MessageCost(latency=0.2, bandwidth=1e4)))
    assert np.array_equal(run.results[0][0], 2 * own_vector(1, 1000))
    assert (run.seconds >= 0.2 + 4000 / 1e4).all()


def test_ranks_that_wait_for_ever_are_ended_with_the_reason():
    def waits(x, rank, size, send, receive):
        return receive(1 - rank)

    with pytest.raises(ScaleLabError, match="wait"):
        run_on_processes(waits, 2, Task([4]), Limits(seconds=60, stall_seconds=3))
