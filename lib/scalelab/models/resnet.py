"""The residual networks for CIFAR-10 (He et al. 2016a, "Deep residual learning", section 4.2)."""

from torch import Tensor, nn

from scalelab.errors import ScaleLabError
from scalelab.models.blocks import Block, Head, conv3x3, initialise


class ResNet(nn.Module):
    """6n + 2 layers: a convolution, three stages of n blocks with 16, 32 and 64 channels, a linear layer.

    Maps (N, in_channels, 32, 32) to logits (N, num_classes). Raises ScaleLabError where the depth is not 6n + 2.
    """

    def __init__(self, depth: int, num_classes: int = 10, in_channels: int = 3, skips: bool = True):
        super().__init__()
        blocks, rest = divmod(depth - 2, 6)
        if rest or blocks < 1:
            raise ScaleLabError(f"A CIFAR ResNet has 6n + 2 layers (8, 14, 20, 32, 44, 56, 110), not {depth}.")
        self.stem = nn.Sequential(conv3x3(in_channels, 16), nn.BatchNorm2d(16), nn.ReLU())
        self.stages = nn.Sequential(
            stage(16, 16, blocks, 1, skips), stage(16, 32, blocks, 2, skips), stage(32, 64, blocks, 2, skips)
        )
        self.head = Head(64, num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, 3, H, W)."""
        return self.head(self.stages(self.stem(x)))


def stage(in_channels: int, out_channels: int, blocks: int, stride: int, skips: bool) -> nn.Sequential:
    """Blocks at one resolution; the first of them changes channels and stride."""
    rest = [Block(out_channels, out_channels, 1, skips) for _ in range(blocks - 1)]
    return nn.Sequential(Block(in_channels, out_channels, stride, skips), *rest)
