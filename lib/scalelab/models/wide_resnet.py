"""Wide residual networks (Zagoruyko and Komodakis 2016, table 1)."""

from torch import Tensor, nn
from torch.nn import functional

from scalelab.errors import ScaleLabError
from scalelab.models.blocks import Head, conv3x3, initialise


class WideBlock(nn.Module):
    """The pre-activation block (He et al. 2016b): norm, relu, conv, norm, relu, conv, plus its input.

    Where the shape changes, a 1x1 convolution of the activated input is added in its place.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, skips: bool = True):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = conv3x3(out_channels, out_channels)
        self.skips = skips
        same_shape = stride == 1 and in_channels == out_channels
        self.project = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False) if skips and not same_shape else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        activated = functional.relu(self.norm1(x))
        out = self.conv2(functional.relu(self.norm2(self.conv1(activated))))
        if not self.skips:
            return out
        return out + (x if self.project is None else self.project(activated))


class WideResNet(nn.Module):
    """6n + 4 layers: a convolution, three stages of n blocks with 16, 32 and 64 times `width` channels, a linear layer.

    Maps (N, in_channels, H, W) to logits (N, num_classes). WRN-16-10 is the course's.
    Raises ScaleLabError where the depth is not 6n + 4 or the width is below 1.
    """

    def __init__(self, depth: int, width: int, num_classes: int = 10, in_channels: int = 3, skips: bool = True):
        super().__init__()
        blocks, rest = divmod(depth - 4, 6)
        if rest or blocks < 1 or width < 1:
            raise ScaleLabError(
                "A Wide ResNet has 6n + 4 layers (10, 16, 22, 28, 40) and a width of at least 1, "
                f"not {depth} and {width}."
            )
        channels = [16, 16 * width, 32 * width, 64 * width]
        self.stem = conv3x3(in_channels, 16)
        self.stages = nn.Sequential(
            *(
                WideBlock(channels[s + (i > 0)], channels[s + 1], 2 if s > 0 and i == 0 else 1, skips)
                for s in range(3)
                for i in range(blocks)
            )
        )
        self.norm = nn.BatchNorm2d(channels[-1])
        self.head = Head(channels[-1], num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, C, H, W)."""
        return self.head(functional.relu(self.norm(self.stages(self.stem(x)))))
