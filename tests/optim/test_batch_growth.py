"""The batch that grows in place of a decay."""

from scalelab.data import batches, partition
from scalelab.optim.batch_growth import grow_batch


def test_rate_over_batch_falls_as_with_a_decay():
    growth, decay = grow_batch(32, [10, 20], 4), [1, 1 / 4, 1 / 16]
    for epoch, factor in zip((9, 10, 25), decay, strict=True):
        size, lr = growth(epoch)
        assert lr / size == factor / 32
        assert lr == 1


def test_beyond_the_largest_batch_the_rate_falls_instead():
    growth = grow_batch(32, [10, 20, 30], 4, largest=200)
    assert [growth(epoch) for epoch in (0, 10, 20, 30)] == [(32, 1), (128, 1), (128, 1 / 4), (128, 1 / 16)]


def test_ranks_take_equally_many_batches_of_every_size_and_all_images():
    growth = grow_batch(8, [1, 2], 3)
    for epoch in range(3):
        size, _ = growth(epoch)
        parts = [list(batches(partition(600, rank, 3, epoch, seed=0), size)) for rank in range(3)]
        assert len({len(part) for part in parts}) == 1
        assert sorted(int(image) for part in parts for batch in part for image in batch) == list(range(600))
        assert max(len(batch) for part in parts for batch in part) == size
