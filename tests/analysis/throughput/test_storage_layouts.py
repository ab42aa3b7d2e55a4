"""All layouts hold the same images, and an opening that takes longer costs each as many times as it has files."""

import numpy as np
import pytest
import torch

from scalelab.analysis.throughput.storage_layouts import (
    images_per_second,
    opened,
    reading_rounds,
    with_latency,
    write_layouts,
)
from scalelab.data import Images
from scalelab.errors import ScaleLabError


@pytest.fixture
def layouts(tmp_path):
    pixels = torch.arange(30 * 16).remainder(251).to(torch.uint8).view(30, 1, 4, 4)
    return write_layouts(tmp_path, Images(pixels, torch.arange(30) % 10), shards=3)


def test_every_layout_has_all_images(layouts):
    assert [layout.read() for layout in layouts] == [30, 30, 30, 30]
    assert [len(layout.paths) for layout in layouts] == [30, 3, 1, 1]


def test_layouts_written_again_hold_nothing_of_the_earlier_ones(tmp_path, layouts):
    fewer = Images(torch.zeros(5, 1, 4, 4, dtype=torch.uint8), torch.arange(5))
    again = write_layouts(tmp_path, fewer, shards=1)
    assert len(list(tmp_path.glob("files/*/*.npy"))) == 5
    assert [layout.read() for layout in again] == [5, 5, 5, 5]


def test_a_pretended_latency_is_waited_for_at_each_opening(layouts):
    for layout in layouts:
        assert layout.count / images_per_second(layout, latency=0.01) >= 0.01 * len(layout.paths)
    assert list(opened(layouts[1].paths, 0)) == layouts[1].paths


def test_rounds_have_a_row_for_each_place_and_latency(layouts):
    rounds = list(reading_rounds(layouts, 2, from_disk=[True, False], latencies=[0, 0.001]))
    assert np.shape(rounds) == (2, 4, 4)
    assert np.min(rounds) > 0


def test_an_image_that_is_gone_is_not_passed_over(layouts):
    layouts[0].order.pop()
    with pytest.raises(ScaleLabError, match="29 of 30 images"):
        images_per_second(layouts[0])


def test_latency_adds_its_share_to_the_time_of_an_image():
    assert with_latency(1000, 1, 0.009) == pytest.approx(100)
    assert with_latency(1000, 0.01, np.array([0, 0.1])) == pytest.approx([1000, 500])
