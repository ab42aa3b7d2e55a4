"""The residual network of nine layers with which CIFAR-10 is learned in seconds on a GPU.

Page 2018, "How to train your ResNet", parts 4 and 8: a whitening first layer, two residual blocks where they help most,
pooling before the norm, a smooth non-linearity, logits scaled down.
"""

import torch
from torch import Tensor, nn

from scalelab.models.blocks import conv3x3
from scalelab.models.whitening import WhiteningConv2d

SCALE = 0.125  # of the logits: with it cross entropy starts soft
SMOOTHNESS = 0.3  # of the celu


class FastResNet(nn.Module):
    """Maps (N, in_channels, 32, 32) to logits (N, num_classes); 8 `width` channels at the end, 512 as published.

    Call `fit` with training images before the first step.
    """

    def __init__(self, num_classes: int = 10, in_channels: int = 3, width: int = 64):
        super().__init__()
        self.whitening = WhiteningConv2d(in_channels)
        self.stem = unit(nn.Conv2d(self.whitening.out_channels, width, 1, bias=False))
        self.stages = nn.Sequential(
            Stage(width, 2 * width), halving(2 * width, 4 * width), Stage(4 * width, 8 * width, side=4)
        )
        self.head = nn.Linear(8 * width, num_classes, bias=False)

    def fit(self, images: Tensor) -> None:
        """Have the first layer whiten patches of these standardised images (N, in_channels, 32, 32)."""
        self.whitening.fit(images)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, C, 32, 32)."""
        return self.head(self.stages(self.stem(self.whitening(x))).flatten(1)) * SCALE


class Stage(nn.Module):
    """Halves height and width, then adds two convolutions of the result to it; `side`: of a last max-pooling."""

    def __init__(self, in_channels: int, out_channels: int, side: int = 1):
        super().__init__()
        self.halving = halving(in_channels, out_channels)
        self.block = nn.Sequential(*(unit(conv3x3(out_channels, out_channels)) for _ in range(2)))
        self.pool = nn.MaxPool2d(side)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / 2 / side, W / 2 / side)."""
        x = self.halving(x)
        return self.pool(x + self.block(x))


def halving(in_channels: int, out_channels: int) -> nn.Sequential:
    """A convolution, then max-pooling before the norm, which so has a quarter of the work."""
    return unit(conv3x3(in_channels, out_channels), nn.MaxPool2d(2))


def unit(convolution: nn.Conv2d, *between: nn.Module) -> nn.Sequential:
    """Convolution, what is between, norm, celu. The norm's scale stays 1: weight decay would act on it alone."""
    norm = nn.BatchNorm2d(convolution.out_channels)
    norm.weight.requires_grad_(False)
    return nn.Sequential(convolution, *between, norm, nn.CELU(SMOOTHNESS))


@torch.no_grad()
def mirrored_logits(model: nn.Module, images: Tensor) -> Tensor:
    """The mean of the logits of the images and of their mirror images (Jordan 2024, section 3.5)."""
    return (model(images) + model(images.flip(-1))) / 2
