"""All-reduce in seven forms: everybody ends with the sum, for the bytes and rounds that the literature gives."""

from math import ceil, log2

import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.collectives.algorithms.halving_doubling import blocks, halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.hierarchical import hierarchical
from scalelab.parallel.collectives.algorithms.recursive_doubling import recursive_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_gather, ring_all_reduce, ring_reduce_scatter
from scalelab.parallel.collectives.algorithms.server import server_all_reduce, sharded_server_all_reduce
from scalelab.parallel.collectives.algorithms.tree import tree_all_reduce, tree_broadcast, tree_reduce
from scalelab.parallel.collectives.protocol import cut
from scalelab.parallel.collectives.transcript import write_down

ALL_REDUCES = {
    "ring": ring_all_reduce,
    "halving-doubling": halving_doubling_all_reduce,
    "recursive doubling": recursive_doubling_all_reduce,
    "tree": tree_all_reduce,
    "server": server_all_reduce,
    "sharded server": sharded_server_all_reduce,
}
NUMBER = 8  # bytes of a float64


def vectors(size, elements, seed=0):
    """Whole numbers, whose sums are exact in whatever order."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(-99, 99, (elements,), generator=generator).double() for _ in range(size)]


def run(collective, size, elements=None):
    """With 16 elements for each worker, unless said otherwise."""
    return write_down(collective, vectors(size, 16 * size if elements is None else elements))


@pytest.mark.parametrize("name", ALL_REDUCES)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 31, 64])
@pytest.mark.parametrize("elements", [1, 5, 64, 101])
def test_every_worker_ends_with_the_sum_whatever_the_sizes(name, size, elements):
    given = vectors(size, elements, seed=size)
    transcript = write_down(ALL_REDUCES[name], given)
    total = torch.stack(given).sum(0)
    assert all(torch.equal(result, total) for result in transcript.results)
    assert not transcript.left


@pytest.mark.parametrize("size", [2, 3, 4, 8, 9, 64])
def test_the_ring_sends_twice_the_share_of_the_others(size):
    """Patarasuk and Yuan 2009."""
    transcript, n = run(ring_all_reduce, size), 16 * size * NUMBER
    assert transcript.bytes_sent == transcript.bytes_received == [2 * (size - 1) * n // size] * size
    assert transcript.rounds == 2 * (size - 1)
    assert {(m.receiver - m.sender) % size for m in transcript.messages} == {1}
    assert max(transcript.peak_bytes) == n // size


@pytest.mark.parametrize("size", [2, 4, 8, 16, 64])
def test_halving_and_doubling_sends_the_same_bytes_in_fewer_rounds(size):
    """Thakur, Rabenseifner and Gropp 2005."""
    transcript, n = run(halving_doubling_all_reduce, size), 16 * size * NUMBER
    assert transcript.bytes_sent == [2 * (size - 1) * n // size] * size
    assert transcript.rounds == 2 * log2(size)


def test_binary_blocks_hold_all_workers():
    assert [block.length for block in blocks(7)] == [4, 2, 1]
    assert [block.start for block in blocks(7)] == [0, 4, 6]
    for size in (3, 5, 6, 7, 12):
        transcript, n = run(halving_doubling_all_reduce, size), 16 * size * NUMBER
        assert max(transcript.bytes_sent) < 3 * n


@pytest.mark.parametrize("size", [2, 4, 8, 16])
def test_recursive_doubling_sends_whole_vectors_in_log_n_rounds(size):
    transcript, n = run(recursive_doubling_all_reduce, size), 16 * size * NUMBER
    assert transcript.bytes_sent == [log2(size) * n] * size
    assert transcript.rounds == log2(size)


@pytest.mark.parametrize("size", [2, 4, 5, 8, 16])
def test_a_tree_needs_twice_log_n_rounds_and_its_root_carries_them(size):
    transcript, n = run(tree_all_reduce, size), 16 * size * NUMBER
    depth = ceil(log2(size))
    assert transcript.rounds <= 2 * depth
    assert transcript.bytes_sent[0] == transcript.bytes_received[0] == depth * n


@pytest.mark.parametrize("size", [2, 4, 8])
def test_a_server_takes_in_and_gives_out_a_vector_for_each_other_worker(size):
    transcript, n = run(server_all_reduce, size), 16 * size * NUMBER
    assert transcript.bytes_sent == [(size - 1) * n] + [n] * (size - 1)
    assert transcript.bytes_received[0] == (size - 1) * n
    sharded = run(sharded_server_all_reduce, size)
    assert sharded.bytes_sent == [2 * (size - 1) * n // size] * size


@pytest.mark.parametrize("name", ALL_REDUCES)
@pytest.mark.parametrize("size", [2, 3, 7, 8])
def test_nobody_can_do_with_fewer_bytes(name, size):
    """Each worker's numbers must leave it, and all others' must come: 2 (N - 1) / N of a vector for the busiest."""
    assert run(ALL_REDUCES[name], size).busiest >= 2 * (size - 1) / size * 16 * size * NUMBER


@pytest.mark.parametrize(("size", "per_machine"), [(4, 2), (8, 4), (12, 3), (16, 8), (6, 6), (6, 1)])
def test_between_machines_each_worker_sends_its_share_of_the_machine_s_sum(size, per_machine):
    given = vectors(size, 48 * size)
    transcript = write_down(hierarchical(per_machine), given)
    assert all(torch.equal(result, torch.stack(given).sum(0)) for result in transcript.results)
    machines, n = size // per_machine, 48 * size * NUMBER
    leaving = sum(m.bytes for m in transcript.messages if m.sender // per_machine != m.receiver // per_machine)
    assert leaving == size * 2 * (machines - 1) * n // machines // per_machine


def test_machines_that_are_not_full_are_refused():
    with pytest.raises(ScaleLabError, match="do not fill"):
        run(hierarchical(4), 6)


@pytest.mark.parametrize("size", [2, 3, 8])
def test_the_halves_of_the_ring_are_collectives_of_their_own(size):
    given = vectors(size, 10 * size)
    total = torch.stack(given).sum(0)
    scattered = write_down(ring_reduce_scatter, given)
    for rank, result in enumerate(scattered.results):
        assert torch.equal(result, cut(total, size)[(rank + 1) % size])
    assert scattered.bytes_sent == [(size - 1) * 10 * NUMBER] * size

    def gather(x, rank, *more):
        piece = (rank + 1) % size
        x[: 10 * piece] = x[10 * piece + 10 :] = 0
        return ring_all_gather(x, rank, *more)

    gathered = write_down(gather, [total] * size)
    assert all(torch.equal(result, total) for result in gathered.results)


@pytest.mark.parametrize("size", [2, 3, 8, 11])
def test_the_halves_of_the_tree_as_well(size):
    given = vectors(size, 6)
    assert torch.equal(write_down(tree_reduce, given).results[0], torch.stack(given).sum(0))
    assert all(torch.equal(result, given[0]) for result in write_down(tree_broadcast, given).results)
