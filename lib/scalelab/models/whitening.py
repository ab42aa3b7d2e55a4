"""A first convolution that whitens patches of the images (Page 2018; Jordan 2024, arXiv:2404.00498, section 3.2)."""

import torch
from torch import Tensor, nn

from scalelab.errors import ScaleLabError

EPS = 1e-2  # added to the variances: directions in which patches hardly differ would be blown up to noise


class WhiteningConv2d(nn.Conv2d):
    """Responds to the principal directions of `side` x `side` patches, each with variance 1; its weights stay.

    (N, in_channels, H, W) gives (N, in_channels * side * side, H', W'), with `padding` pixels of zeros around. Call
    `fit` with training images before the first step. What follows learns from directions that differ equally much.
    """

    def __init__(self, in_channels: int, side: int = 3, padding: int = 1):
        super().__init__(in_channels, in_channels * side * side, side, padding=padding, bias=False)
        self.weight.requires_grad_(False)

    @torch.no_grad()
    def fit(self, images: Tensor, eps: float = EPS) -> None:
        """Take the directions from all patches of these standardised images (N, in_channels, H, W).

        Filter i is eigenvector i of the patches' second moments, over the root of its eigenvalue plus `eps`, the
        largest first. Raises ScaleLabError where there are fewer patches than numbers in one.
        """
        values, vectors = principal_directions(patches(images, self.kernel_size[0]))
        filters = vectors / torch.sqrt(values[:, None] + eps)
        self.weight.copy_(filters.view_as(self.weight))


def patches(images: Tensor, side: int) -> Tensor:
    """All patches without padding: (number, channels * side * side), in float32."""
    unfolded = nn.functional.unfold(images.float(), side)
    return unfolded.transpose(1, 2).reshape(-1, unfolded.shape[1])


def principal_directions(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues (D,) of the second moments of the rows (N, D), the largest first, and eigenvectors as rows (D, D)."""
    if len(rows) < rows.shape[1]:
        raise ScaleLabError(
            f"Expected {rows.shape[1]} patches or more to whiten by but got {len(rows)}; give more images."
        )
    # float64 on the CPU: the small ones of the eigenvalues are the difference of large numbers.
    values, vectors = torch.linalg.eigh((rows.T @ rows / len(rows)).double().cpu())
    return values.flip(0).to(rows), vectors.T.flip(0).to(rows)
