"""The batches of all ranks hold what the ways to divide promise, and a stream's order is the one that shards give."""

import pytest
import torch

from scalelab.analysis.sampling.orders import (
    DRAWN,
    KEPT,
    MIXED,
    RENEWED,
    SORTED,
    effective_batches,
    rank_images,
    stream_order,
    written_order,
)
from scalelab.data import Images
from scalelab.data.streaming.shards import read_shards, shards_of, write_shards
from scalelab.data.streaming.shuffle import shuffle_buffer
from scalelab.errors import ScaleLabError


def epoch(scheme, number):
    return torch.cat(effective_batches(scheme, count=96, size=2, batch_size=8, epoch=number, seed=3))


@pytest.mark.parametrize("scheme", [RENEWED, KEPT])
def test_parts_hold_every_image_once(scheme):
    assert epoch(scheme, 1).sort().values.tolist() == list(range(96))


def test_only_a_kept_shuffle_is_the_same_in_the_next_epoch():
    same = [torch.equal(epoch(scheme, 0), epoch(scheme, 1)) for scheme in (RENEWED, KEPT, DRAWN)]
    assert same == [False, True, False]


def test_draws_miss_more_than_a_third():
    parts = [rank_images(DRAWN, 10_000, rank, 2, 0, 0) for rank in range(2)]
    assert 1 - len(torch.cat(parts).unique()) / 10_000 == pytest.approx(0.368, abs=0.015)


def test_each_batch_has_as_many_images_of_each_rank():
    sizes = [len(batch) for batch in effective_batches(RENEWED, 50, 2, 8, 0, 0)]
    assert sizes == [16, 16, 16, 2]


def test_shards_are_written_by_class_or_mixed():
    labels = torch.arange(60) % 3
    by_class = labels[written_order(labels, SORTED, 0)]
    assert torch.equal(by_class, by_class.sort().values)
    mixed = written_order(labels, MIXED, 0)
    assert mixed.sort().values.tolist() == list(range(60))
    assert not torch.equal(labels[mixed], by_class)


@pytest.mark.parametrize("buffer", [1, 4, 30])
def test_the_order_of_a_stream_is_that_of_real_shards(tmp_path, buffer):
    images = Images(torch.zeros(30, 1, 2, 2, dtype=torch.uint8), torch.zeros(30, dtype=torch.int64))
    paths = write_shards(tmp_path, images, shards=4)
    samples = shuffle_buffer(read_shards(shards_of(paths, 0, 1, epoch=2, seed=9)), buffer, seed=9, epoch=2)
    assert [int(sample.key) for sample in samples] == stream_order(30, 4, buffer, epoch=2, seed=9).tolist()


@pytest.mark.parametrize("call", [lambda: rank_images("by hand", 9, 0, 1, 0, 0),
                                  lambda: written_order(torch.zeros(3), "by hand", 0)])  # fmt: skip
def test_an_unknown_way_is_refused(call):
    with pytest.raises(ScaleLabError, match="the ways are"):
        call()
