"""Splits lose and repeat nothing; standardised pixels have mean 0 and deviation 1."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.data.images import Images
from scalelab.data.splits import split, standardise, statistics
from scalelab.errors import ScaleLabError


def numbered(count):
    """Images that can be told apart by their first two pixels."""
    pixels = torch.zeros(count, 1, 2, 2, dtype=torch.uint8)
    pixels[:, 0, 0, 0] = torch.arange(count) % 256
    pixels[:, 0, 0, 1] = torch.arange(count) // 256
    return Images(pixels, torch.arange(count) % 10)


def numbers(images):
    return images.images[:, 0, 0, 0].long() + 256 * images.images[:, 0, 0, 1].long()


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 700), st.data())
def test_a_split_is_whole_and_disjoint(count, data):
    validation = data.draw(st.integers(1, count - 1))
    train, rest = split(numbered(count), validation, seed=3)
    assert (len(train), len(rest)) == (count - validation, validation)
    assert torch.equal(torch.cat([numbers(train), numbers(rest)]).sort().values, torch.arange(count))
    assert torch.equal(train.labels, numbers(train) % 10)


def test_a_split_belongs_to_its_seed():
    first, again, other = (numbers(split(numbered(500), 0.2, seed)[1]) for seed in (0, 0, 1))
    assert len(first) == 100
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_split_shuffles():
    # In CIFAR-10 the order is random already; in a folder sorted by class a plain cut would hold out whole classes.
    train, validation = split(numbered(500), 100, seed=0)
    assert numbers(validation).float().mean() == pytest.approx(250, abs=60)


@pytest.mark.parametrize("validation", [0, -1, 10, 11, 0.0, 1.0, 0.01])
def test_an_empty_part_is_refused(validation):
    with pytest.raises(ScaleLabError, match="validation part of 1 to 9"):
        split(numbered(10), validation, seed=0)


def test_statistics_are_those_of_all_pixels(some_images):
    pixels = some_images.train.images.double() / 255
    found = statistics(some_images.train)
    assert torch.allclose(found.mean.double(), pixels.mean((0, 2, 3)), atol=1e-6), some_images.source
    assert torch.allclose(found.std.double(), pixels.std((0, 2, 3), correction=0), atol=1e-6), some_images.source


def test_standardised_training_pixels_have_mean_0_and_deviation_1(some_images):
    train = some_images.train
    result = standardise(train.images, statistics(train))
    assert result.dtype == torch.float32
    assert result.shape == train.images.shape
    assert torch.allclose(result.double().mean((0, 2, 3)), torch.zeros(3, dtype=torch.float64), atol=1e-4)
    assert torch.allclose(result.double().std((0, 2, 3)), torch.ones(3, dtype=torch.float64), atol=1e-4)


def test_validation_images_do_not_move_the_statistics(some_images):
    found = statistics(some_images.train)
    one = standardise(some_images.test.images[:1], found)
    many = standardise(some_images.test.images, found)
    assert torch.equal(one, many[:1])


def test_a_flat_channel_stays_finite():
    flat = Images(torch.full((4, 1, 2, 2), 9, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64))
    assert standardise(flat.images, statistics(flat)).abs().max() < 1e-5


def test_images_and_labels_must_fit():
    with pytest.raises(ScaleLabError, match="one int64 label for each of 3 images"):
        Images(torch.zeros(3, 1, 2, 2, dtype=torch.uint8), torch.zeros(2, dtype=torch.int64))
    with pytest.raises(ScaleLabError, match="uint8"):
        Images(torch.zeros(3, 1, 2, 2), torch.zeros(3, dtype=torch.int64))
