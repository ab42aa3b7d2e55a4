"""Set images aside for validation, and bring pixels to mean 0 and deviation 1."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scalelab.data.images import Images
from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError

_CHUNK = 512  # images at a time: their float copy stays in a core's cache


@dataclass(frozen=True, eq=False)
class Statistics:
    """mean and std: float32 (C,), of pixels in 0..1."""

    mean: Tensor
    std: Tensor


def split(images: Images, validation: int | float, seed: int) -> tuple[Images, Images]:
    """(training, validation): shuffled by `seed`, together all images, none in both.

    `validation` is a number of images, or a fraction of them between 0 and 1.
    Raises ScaleLabError when either part would be empty.
    """
    count = round(validation * len(images)) if isinstance(validation, float) else validation
    if not 0 < count < len(images):
        raise ScaleLabError(
            f"Expected a validation part of 1 to {len(images) - 1} of the {len(images)} images "
            f"but {validation} gives {count}; choose another size."
        )
    order = torch.randperm(len(images), generator=generator("split", seed))
    return images.take(order[count:]), images.take(order[:count])


def statistics(images: Images) -> Statistics:
    """Mean and standard deviation of each channel; give it the training part only.

    In bounded memory, and exact: the sum of one row of pixels is a whole number that float32 still holds.
    """
    channels = images.images.shape[1]
    total = torch.zeros(channels, dtype=torch.float64)
    squares = torch.zeros(channels, dtype=torch.float64)
    for chunk in images.images.split(_CHUNK):
        pixels = chunk.float()
        total += pixels.sum(3).double().sum((0, 2)).cpu()
        squares += pixels.square_().sum(3).double().sum((0, 2)).cpu()
    count = images.images.numel() / channels
    mean = total / count
    variance = (squares / count - mean**2).clamp_min(0)
    return Statistics((mean / 255).float(), (variance.sqrt() / 255).float())


def standardise(images: Tensor, statistics: Statistics) -> Tensor:
    """(images / 255 - mean) / std: uint8 (N, C, H, W) to float32 of the same shape, on the same device.

    In channels-last memory, in which convolutions are faster; the shape and every number are what they would be
    otherwise. A channel without any variation is only centred.
    """
    mean = statistics.mean.to(images.device).view(1, -1, 1, 1)
    std = statistics.std.to(images.device).view(1, -1, 1, 1)
    std = torch.where(std > 0, std, torch.ones_like(std))
    return images.to(torch.float32, memory_format=torch.channels_last).sub_(mean * 255).div_(std * 255)
