"""What ranks may rely on without talking to each other: disjoint parts, equal numbers of batches."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.data.partitions import batches, draw, partition
from scalelab.errors import ScaleLabError

sizes = st.integers(1, 16)
seeds = st.integers(-5, 2**40)


def parts(count, size, epoch=0, seed=0):
    return [partition(count, rank, size, epoch, seed) for rank in range(size)]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 300), sizes, st.integers(0, 50), seeds)
def test_parts_are_disjoint_equally_long_and_leave_out_less_than_one_per_rank(extra, size, epoch, seed):
    count = size + extra
    every = torch.cat(parts(count, size, epoch, seed))
    assert {len(part) for part in parts(count, size, epoch, seed)} == {count // size}
    assert len(every.unique()) == len(every) == count // size * size
    assert 0 <= every.min() <= every.max() < count


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 300), sizes, st.integers(1, 70))
def test_every_rank_gets_the_same_number_of_batches_of_the_same_lengths(extra, size, batch_size):
    lengths = [[len(batch) for batch in batches(part, batch_size)] for part in parts(size + extra, size)]
    assert all(other == lengths[0] for other in lengths)
    assert all(length == batch_size for length in lengths[0][:-1])
    assert sum(lengths[0]) == (size + extra) // size


def test_batches_keep_order_and_drop_nothing():
    indices = torch.randperm(103)
    assert torch.equal(torch.cat(list(batches(indices, 10))), indices)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_one_effective_batch_is_the_same_images_on_any_number_of_ranks(size):
    alone = list(batches(partition(640, 0, 1, 3, 7), 64))
    shared = [list(batches(part, 64 // size)) for part in parts(640, size, 3, 7)]
    for step, whole in enumerate(alone):
        together = torch.cat([rank[step] for rank in shared])
        assert torch.equal(together.sort().values, whole.sort().values)


def test_every_epoch_divides_anew():
    first, second = partition(1000, 0, 4, 0, 0), partition(1000, 0, 4, 1, 0)
    overlap = len(set(first.tolist()) & set(second.tolist()))
    assert overlap == pytest.approx(62.5, abs=35)


def test_the_images_left_out_change():
    left_out = {tuple(set(range(11)) - set(torch.cat(parts(11, 4, epoch)).tolist())) for epoch in range(20)}
    assert len(left_out) > 5


def test_seed_and_epoch_are_not_added_up():
    assert not torch.equal(partition(100, 0, 1, 1, 0), partition(100, 0, 1, 0, 1))


def test_nothing_depends_on_or_changes_the_module_generator():
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = partition(100, 1, 2, 3, 4), draw(100, 10, 0, 0, 0)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert torch.equal(first[0], partition(100, 1, 2, 3, 4))
    assert torch.equal(first[1], draw(100, 10, 0, 0, 0))


def test_draws_reach_all_images_evenly():
    counts = draw(20, 20_000, rank=1, epoch=0, seed=0).bincount(minlength=20)
    assert counts.min() > 800
    assert counts.max() < 1200


def test_ranks_and_epochs_draw_from_unrelated_streams():
    streams = [draw(1000, 500, rank, epoch, seed) for rank in (0, 1) for epoch in (0, 1) for seed in (0, 1)]
    for i, left in enumerate(streams):
        for right in streams[i + 1 :]:
            # Two unrelated streams agree at one place in a thousand.
            assert (left == right).sum() < 8


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: partition(3, 0, 4, 0, 0), "3 for 4 ranks"),
        (lambda: partition(9, 4, 4, 0, 0), "rank 4 of 4"),
        (lambda: partition(9, -1, 4, 0, 0), "rank -1 of 4"),
        (lambda: draw(0, 5, 0, 0, 0), "5 of 0 images"),
        (lambda: draw(5, 0, 0, 0, 0), "0 of 5 images"),
        (lambda: batches(torch.arange(5), 0), "batch size of 1"),
    ],
)
def test_what_cannot_be_divided_is_one_sentence(call, words):
    with pytest.raises(ScaleLabError, match=words):
        call()
