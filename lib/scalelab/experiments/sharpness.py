"""How sharp the ends of trainings are: stored eigenvalues and profiles of the loss."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from torch import Tensor, nn

from scalelab.analysis.curvature.landscape import profile, random_direction
from scalelab.analysis.curvature.sharpness import hessian_product, largest_eigenvalues, width
from scalelab.experiments.stored import its_bench, read_stored


class Minimum(msgspec.Struct, frozen=True):
    """The end of a training: the largest eigenvalues of the Hessian, and the loss along filter-normalised directions.

    steps, loss: (points,), the loss being the mean over the directions; the weights themselves are at step 0.
    """

    name: str
    batch_size: int
    seed: int
    eigenvalues: list[float]
    steps: list[float]
    loss: list[float]

    def width(self, rise: float) -> float:
        """How far one can go until the loss has risen by that."""
        return width(np.asarray(self.steps), np.asarray(self.loss), rise)


class Minima(msgspec.Struct, frozen=True):
    """All that were measured, on so many training images."""

    images: int
    directions: int
    runs: list[Minimum]

    def of(self, name: str) -> list[Minimum]:
        """The minima of one recipe, one for each seed."""
        return [minimum for minimum in self.runs if minimum.name == name]


def measure_minimum(
    model: nn.Module, X: Tensor, y: Tensor, directions: Sequence[int], span: float = 1.0, points: int = 15
) -> tuple[list[float], list[float], list[float]]:
    """(eigenvalues, steps, loss) at the present weights; `directions` are seeds. Leaves the model as it was."""
    product, size = hessian_product(model.eval(), X, y)
    eigenvalues = largest_eigenvalues(product, size, steps=8, device=X.device)
    profiles = [profile(model, X, y, random_direction(model, seed), span, points) for seed in directions]
    return eigenvalues[:3].tolist(), profiles[0][0].tolist(), np.mean([loss for _, loss in profiles], axis=0).tolist()


def read_minima(path: Path | str) -> Minima:
    """The stored measurements. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, Minima, its_bench(__name__))
