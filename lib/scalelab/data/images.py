"""What every reader returns: images with their labels, and where they came from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scalelab.errors import ScaleLabError

STANDIN = "stand-in images"


@dataclass(frozen=True, eq=False)
class Images:
    """images: uint8 (N, C, H, W), 0 to 255; labels: int64 (N,), from 0.

    Raises ScaleLabError when the two do not fit each other.
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        if self.images.dtype != torch.uint8 or self.images.ndim != 4:
            came = f"{self.images.dtype} {tuple(self.images.shape)}"
            raise ScaleLabError(f"Expected images as uint8 (N, C, H, W) but got {came}; convert them first.")
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            came = f"{self.labels.dtype} {tuple(self.labels.shape)}"
            raise ScaleLabError(
                f"Expected one int64 label for each of {len(self.images)} images but got {came}; check both."
            )

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Tensor) -> "Images":
        """The images at `indices` (int64 (M,)), in that order, as a copy."""
        return Images(self.images[indices], self.labels[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images to learn from, test images (None where only a training part was given), and what they are.

    `source` is the name to show wherever a result is shown: "CIFAR-10 (official)",
    "CIFAR-10 (other encoding, sha256 0123456789ab)" or "stand-in images".
    """

    train: Images
    test: Images | None
    classes: tuple[str, ...]
    source: str
