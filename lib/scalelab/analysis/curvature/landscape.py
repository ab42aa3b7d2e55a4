"""The loss around a trained network, over a plane of two filter-normalised random directions.

Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural nets", NeurIPS 2018, arXiv 1712.09913.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError

BATCH_SIZES = {"cpu": 256, "cuda": 4096}  # of evaluation: on a CPU larger ones leave its caches
CLOSE = 2  # places from the trained network, to have arrived
ROUNDING = 1e-5  # of a loss in float32, relative
Direction = dict[str, Tensor]
Place = tuple[int, int]  # row and column


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss at w + a d1 + b d2, where w are the trained weights and d1, d2 the directions.

    steps: (points,), the values of a and of b, 0 in the middle; loss: (points, points), a row for each b and a
    column for each a; infinite where it overflowed.
    """

    steps: np.ndarray
    loss: np.ndarray

    @property
    def centre(self) -> float:
        """The loss of the trained network itself."""
        middle = len(self.steps) // 2
        return float(self.loss[middle, middle])

    @property
    def bent(self) -> float:
        """Share of the places within half the span at which the surface bends downwards, as a convex one does nowhere.

        Each inner point is looked at along its row, its column and both diagonals.
        """
        quarter = len(self.steps) // 4
        loss = np.minimum(self.loss, np.finfo(np.float32).max)[quarter : -quarter or None, quarter : -quarter or None]
        inner = loss[1:-1, 1:-1]
        bends = np.array([
            loss[1:-1, 2:] - 2 * inner + loss[1:-1, :-2],
            loss[2:, 1:-1] - 2 * inner + loss[:-2, 1:-1],
            loss[2:, 2:] - 2 * inner + loss[:-2, :-2],
            loss[2:, :-2] - 2 * inner + loss[:-2, 2:],
        ])  # fmt: skip
        return float(np.mean(bends < -ROUNDING * inner))

    @property
    def downhill(self) -> float:
        """Share of the places from which downhill leads to the trained network, or to less than 3 places from it.

        Downhill is to the lowest of the eight neighbours, as long as one is lower.
        """
        loss = np.minimum(self.loss, np.finfo(np.float32).max)
        points = len(loss)
        lowest = {}
        for place in product(range(points), repeat=2):
            rows, columns = (range(max(0, at - 1), min(points, at + 2)) for at in place)
            lowest[place] = min(product(rows, columns), key=lambda near: (loss[near], near != place))
        ends = dict(lowest)
        while any(ends[place] != lowest[ends[place]] for place in ends):
            ends = {place: lowest[end] for place, end in ends.items()}
        away = [max(abs(row - points // 2), abs(column - points // 2)) for row, column in ends.values()]
        return float(np.mean(np.array(away) <= CLOSE))


def random_direction(model: nn.Module, seed: int, normalise: bool = True) -> Direction:
    """A Gaussian direction in the space of the weights, each filter of it as long as the trained filter.

    A filter is all that makes one output: (in, height, width) of a convolution, one row of a linear layer. Biases and
    the weights of batch norm are left out, as in section 4 of the paper. Without `normalise` it is the direction as it
    was drawn, the same for all networks of one shape.
    """
    weights = {name: weight.detach() for name, weight in model.named_parameters() if weight.ndim > 1}
    random = {
        name: torch.randn(weight.shape, generator=generator("direction", seed, name)).to(weight)
        for name, weight in weights.items()
    }
    if not normalise:
        return random
    return {name: random[name] * (filter_norms(weights[name]) / filter_norms(random[name])) for name in weights}


def filter_norms(weight: Tensor) -> Tensor:
    """The Euclidean norm of each filter of a weight (out, ...), in a shape that multiplies it: (out, 1, ...)."""
    return torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.ndim)), keepdim=True)


def landscape(
    model: nn.Module, images: Tensor, labels: Tensor, directions: Sequence[Direction],
    span: float = 1.0, points: int = 15, progress: Callable[[Iterable[Place]], Iterable[Place]] = iter,
) -> Landscape:  # fmt: skip
    """The loss of standardised `images` (N, C, H, W) on a grid of points x points, a and b from -span to span.

    All points see the same images. Batch norm keeps the statistics of the trained network (evaluation mode), so the
    loss depends on the weights alone. The weights and the mode are put back, also after an exception or Ctrl-C.
    `progress` wraps the points on their way, as tqdm does.
    Raises ScaleLabError for an even number of points: the trained network must be one of them.
    """
    steps = _steps(span, points)
    loss = np.empty((points, points))
    with _moving(model) as move:
        for row, column in progress(list(product(range(points), range(points)))):
            move(directions, (steps[column], steps[row]))
            loss[row, column] = mean_loss(model, images, labels)
    return Landscape(steps, loss)


def profile(
    model: nn.Module, images: Tensor, labels: Tensor, direction: Direction, span: float = 1.0, points: int = 15
) -> tuple[np.ndarray, np.ndarray]:
    """(steps, loss), both (points,): the same along one direction only."""
    steps = _steps(span, points)
    with _moving(model) as move:
        loss = []
        for step in steps:
            move([direction], [step])
            loss.append(mean_loss(model, images, labels))
    return steps, np.array(loss)


@torch.inference_mode()
def mean_loss(model: nn.Module, images: Tensor, labels: Tensor, batch_size: int | None = None) -> float:
    """Mean cross-entropy over `images`, with the model in the mode it is in; infinite where it overflowed.

    Without a `batch_size` it is the one that is quick on the device.
    """
    batch_size = batch_size or BATCH_SIZES.get(images.device.type, BATCH_SIZES["cuda"])
    batches = zip(images.split(batch_size), labels.split(batch_size), strict=True)
    losses = [cross_entropy(model(X), y, reduction="sum") for X, y in batches]
    total = sum(losses[1:], start=losses[0])
    return torch.nan_to_num(total / len(labels), nan=float("inf")).item()


def rescaled(model: nn.Module, factor: float) -> nn.Module:
    """A copy whose convolutions are `factor` times as long and whose batch norms have the statistics that follow.

    Where a batch norm follows each convolution (resnet-DEPTH) it computes the same function, up to the small
    number that batch norm adds to the variance.
    """
    copied = copy.deepcopy(model)
    with torch.no_grad():
        for module in copied.modules():
            if isinstance(module, nn.Conv2d):
                module.weight.mul_(factor)
            elif isinstance(module, nn.BatchNorm2d):
                for statistic, power in ((module.running_mean, 1), (module.running_var, 2)):
                    if statistic is not None:
                        statistic.mul_(factor**power)
    return copied


@contextmanager
def _moving(model: nn.Module) -> Iterator[Callable[[Sequence[Direction], Sequence[float]], None]]:
    """Evaluation mode, and a function that moves the weights to w + sum of step times direction; all is put back."""
    weights = dict(model.named_parameters())
    start = {name: weight.detach().clone() for name, weight in weights.items()}
    modes = {module: module.training for module in model.modules()}

    @torch.no_grad()
    def move(directions: Sequence[Direction], steps: Sequence[float]) -> None:
        for name in directions[0]:
            moved = sum(float(step) * direction[name] for step, direction in zip(steps, directions, strict=True))
            weights[name].copy_(start[name] + moved)

    model.eval()
    try:
        yield move
    finally:
        with torch.no_grad():
            for name, weight in weights.items():
                weight.copy_(start[name])
        for module, training in modes.items():
            module.training = training


def _steps(span: float, points: int) -> np.ndarray:
    if points < 3 or points % 2 == 0:
        raise ScaleLabError(
            f"Expected an odd number of points, 3 or more, but got {points}; "
            "with an odd number the trained network itself is the one in the middle."
        )
    steps = np.linspace(-span, span, points)
    steps[points // 2] = 0.0
    return steps
