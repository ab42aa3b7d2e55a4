"""Augmenting a batch at once equals augmenting its images one by one, the slow and obvious way."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.data.augmentation import augment
from scalelab.errors import ScaleLabError


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def one_by_one(image, shift):
    """Every image that `image` (C, H, W) may become, in a set: padded by reflection, cut, mirrored or not."""
    height, width = image.shape[1:]
    padded = torch.nn.functional.pad(image.double()[None], (shift,) * 4, mode="reflect")[0].to(image.dtype)
    results = set()
    for top in range(2 * shift + 1):
        for left in range(2 * shift + 1):
            cut = padded[:, top : top + height, left : left + width]
            results |= {key(cut), key(cut.flip(2))}
    return results


def key(image):
    return tuple(image.flatten().tolist())


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 4),
    st.integers(2, 7),
    st.integers(2, 7),
    st.integers(0, 5),
    st.sampled_from([torch.uint8, torch.float32, torch.float64]),
    st.integers(0, 99),
)
def test_every_result_is_one_of_the_possible_ones(channels, height, width, shift, dtype, seed):
    shift = min(shift, height - 1, width - 1)
    images = (torch.rand(5, channels, height, width, generator=generator(seed)) * 255).to(dtype)
    result = augment(images, generator(seed), shift=shift)
    assert result.dtype == dtype
    assert result.shape == images.shape
    assert result.is_contiguous(memory_format=torch.channels_last)
    for before, after in zip(images, result, strict=True):
        assert key(after) in one_by_one(before, shift)


def test_all_possible_results_come_up_about_equally_often():
    image = torch.arange(36, dtype=torch.uint8).view(1, 1, 6, 6)
    result = augment(image.expand(3600, 1, 6, 6), generator(), shift=1)
    seen = {}
    for after in result:
        seen[key(after)] = seen.get(key(after), 0) + 1
    assert set(seen) == one_by_one(image[0], 1)
    assert len(seen) == 18
    assert all(140 < count < 260 for count in seen.values())


def test_without_flip_and_shift_nothing_changes(some_images):
    images = some_images.test.images
    assert torch.equal(augment(images, generator(), flip=False, shift=0), images)


def test_flip_alone_mirrors_half_of_the_images(some_images):
    images = some_images.test.images
    result = augment(images, generator(), shift=0)
    same = (result == images).flatten(1).all(1)
    mirrored = (result == images.flip(3)).flatten(1).all(1)
    assert (same | mirrored).all()
    assert mirrored.float().mean() == pytest.approx(0.5, abs=0.1)


def test_images_and_their_order_are_left_alone(some_images):
    images = some_images.test.images[:64].clone()
    before = images.clone()
    first, second = augment(images, generator(5)), augment(images, generator(5))
    assert torch.equal(images, before)
    assert torch.equal(first, second)
    assert not torch.equal(first, augment(images, generator(6)))


def test_strided_images_are_welcome():
    images = torch.rand(4, 6, 6, 3).permute(0, 3, 1, 2)
    assert torch.equal(augment(images, generator(1)), augment(images.contiguous(), generator(1)))


def test_a_shift_past_the_image_is_one_sentence():
    with pytest.raises(ScaleLabError, match="0 to 5 pixels"):
        augment(torch.rand(2, 1, 6, 8), generator(), shift=6)


def test_no_images_give_no_images():
    assert augment(torch.empty(0, 3, 32, 32), generator()).shape == (0, 3, 32, 32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: a machine that has one")
def test_the_gpu_gives_what_the_cpu_gives():
    images = torch.randint(0, 256, (512, 3, 32, 32), dtype=torch.uint8)
    assert torch.equal(augment(images.cuda(), generator(3)).cpu(), augment(images, generator(3)))
    on_device = torch.Generator("cuda").manual_seed(0)
    assert augment(images.cuda(), on_device).is_cuda
