"""Stored landscapes of deep networks, with more points than a learner would wait for."""

from pathlib import Path

import msgspec
import numpy as np

from scalelab.analysis.curvature.landscape import Landscape
from scalelab.experiments.stored import its_bench, read_stored


class DeepLandscape(msgspec.Struct, frozen=True):
    """The surface around one trained network.

    steps: (points,), how far along each direction; loss: (points, points), a row for each step along the second.
    """

    name: str
    validation_accuracy: float
    steps: list[float]
    loss: list[list[float]]

    @property
    def landscape(self) -> Landscape:
        """The same as what figures draw."""
        return Landscape(np.array(self.steps), np.array(self.loss))


class DeepLandscapes(msgspec.Struct, frozen=True):
    """All that were measured, what they ran on and how they were trained."""

    machine: dict[str, str]
    setting: str
    runs: list[DeepLandscape]

    @property
    def landscapes(self) -> dict[str, Landscape]:
        """By name."""
        return {run.name: run.landscape for run in self.runs}


def read_deep_landscapes(path: Path | str) -> DeepLandscapes:
    """The stored surfaces. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, DeepLandscapes, its_bench(__name__))
