"""Pieces that the residual networks share."""

from torch import Tensor, nn
from torch.nn import functional


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 3x3 convolution that keeps height and width at stride 1; no bias, since a norm follows."""
    return nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)


def initialise(model: nn.Module) -> None:
    """He initialisation of all convolutions, for rectified units (He et al. 2015, eq. 10)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")


class Head(nn.Sequential):
    """Global average pooling and a linear layer: (N, C, H, W) -> (N, num_classes)."""

    def __init__(self, channels: int, num_classes: int):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, num_classes))


class Block(nn.Module):
    """The basic residual block: conv, norm, relu, conv, norm, plus its input, relu (He et al. 2016a, fig. 2).

    Where the shape changes, the input is sub-sampled and its missing channels are zero: option A of
    section 3.3, which adds no weights, so that a network without skips has exactly the same ones.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, skips: bool = True):
        super().__init__()
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = conv3x3(out_channels, out_channels)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.stride, self.extra, self.skips = stride, out_channels - in_channels, skips

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        out = functional.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(out))
        if self.skips:
            out = out + self.shortcut(x)
        return functional.relu(out)

    def shortcut(self, x: Tensor) -> Tensor:
        """What is added to the block's own output: the input, thinned out and padded with zeros where the shapes
        differ.
        """
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        return functional.pad(x, (0, 0, 0, 0, 0, self.extra)) if self.extra else x
