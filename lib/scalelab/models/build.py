"""One function that builds every network of the course from its name."""

import re

from torch import nn

from scalelab.errors import ScaleLabError
from scalelab.models.resnet import ResNet
from scalelab.models.small_resnet import SmallResNet
from scalelab.models.wide_resnet import WideResNet

# name pattern -> (what to call it on screen, how to build it from the numbers in the name)
FAMILIES = {
    r"small-resnet": ("small-resnet", SmallResNet),
    r"resnet-(\d+)": ("resnet-DEPTH", ResNet),
    r"wide-resnet-(\d+)-(\d+)": ("wide-resnet-DEPTH-WIDTH", WideResNet),
}


def model_names() -> list[str]:
    """The forms of name that `build` knows."""
    return [shown for shown, _ in FAMILIES.values()]


def build(name: str, num_classes: int = 10, in_channels: int = 3, skips: bool = True) -> nn.Module:
    """Build a network by name, say "small-resnet", "resnet-20" or "wide-resnet-16-10".

    It maps images (N, in_channels, H, W) to logits (N, num_classes). `skips=False` leaves out the skip
    connections and changes nothing else, for the loss landscapes of Li et al. (2018).

    Raises ScaleLabError for a name or a depth that does not exist.
    """
    for pattern, (_, make) in FAMILIES.items():
        if match := re.fullmatch(pattern, name):
            numbers = map(int, match.groups())
            return make(*numbers, num_classes=num_classes, in_channels=in_channels, skips=skips)
    raise ScaleLabError(f"There is no model named {name!r}; the names are {', '.join(model_names())}.")


def count_weights(model: nn.Module) -> int:
    """Number of trained weights."""
    return sum(weight.numel() for weight in model.parameters())
