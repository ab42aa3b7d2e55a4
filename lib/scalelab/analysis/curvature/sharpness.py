"""How sharp a minimum is: the largest eigenvalues of the Hessian of the loss, by the method of Lanczos.

Only products of the Hessian with a vector are needed, each of which costs about two gradients (Pearlmutter 1994).
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.randomness import generator

Product = Callable[[Tensor], Tensor]


def hessian_product(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int = 256) -> tuple[Product, int]:
    """(v -> H v, number of weights): H is the Hessian of the mean cross-entropy over `images` at the present weights.

    Vectors are (weights,), in the order of `model.parameters()`. Set the model to evaluation mode first: batch norm
    would otherwise make the loss of an image depend on the others of its batch.
    """
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    sizes = [weight.numel() for weight in weights]

    def product(vector: Tensor) -> Tensor:
        parts = [part.view_as(weight) for part, weight in zip(vector.split(sizes), weights, strict=True)]
        total = torch.zeros_like(vector)
        for X, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
            loss = cross_entropy(model(X), y, reduction="sum") / len(labels)
            gradients = torch.autograd.grad(loss, weights, create_graph=True)
            rows = torch.autograd.grad(gradients, weights, parts)
            total += torch.cat([row.flatten() for row in rows])
        return total

    return product, sum(sizes)


def largest_eigenvalues(
    product: Product, size: int, steps: int = 20, seed: int = 0, device: torch.device | str | None = None
) -> np.ndarray:
    """Estimates of the eigenvalues of a symmetric matrix, largest first: (steps,), good at both ends of the spectrum.

    Lanczos (1950) from a random vector; every new vector is made orthogonal to all before, twice, since rounding would
    otherwise bring found eigenvalues back as copies (Parlett 1980). The first is a lower bound of the largest
    eigenvalue that gets better with `steps`; it ends early when the matrix has no more to give.
    """
    vector = torch.randn(size, generator=generator("lanczos", seed)).to(device)
    basis, diagonal, beside = [vector / vector.norm()], [], []
    for _ in range(min(steps, size)):
        image = product(basis[-1])
        diagonal.append(float(image @ basis[-1]))
        for _ in range(2):
            stacked = torch.stack(basis)
            image = image - stacked.T @ (stacked @ image)
        length = float(image.norm())
        if length <= 1e-6 * max(map(abs, diagonal)):
            break
        beside.append(length)
        basis.append(image / length)
    between = beside[: len(diagonal) - 1]
    tridiagonal = np.diag(diagonal) + np.diag(between, 1) + np.diag(between, -1)
    return np.linalg.eigvalsh(tridiagonal)[::-1]


def width(steps: np.ndarray, loss: np.ndarray, rise: float) -> float:
    """How far one can go from the minimum until the loss has risen by `rise`, on average of both sides.

    steps, loss: (points,), a profile along a filter-normalised direction (landscape.profile) with
    the minimum at step 0. Linear between points; the last point's distance where the loss does not rise so far.
    """
    middle = int(np.abs(steps).argmin())
    sides = [(steps[middle:], loss[middle:]), (-steps[middle::-1], loss[middle::-1])]
    return float(np.mean([_reach(away, height - loss[middle], rise) for away, height in sides]))


def _reach(away: np.ndarray, risen: np.ndarray, rise: float) -> float:
    above = np.flatnonzero(risen >= rise)
    if not len(above):
        return float(away[-1])
    after = above[0]
    return float(np.interp(rise, risen[after - 1 : after + 1], away[after - 1 : after + 1]))
