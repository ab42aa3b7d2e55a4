"""The stored runs of notebook 4.1: how long ring all-reduces of several sizes took between two processes."""

from pathlib import Path

import msgspec
import numpy as np

from scalelab.experiments.stored import its_bench, read_stored


class LinkRuns(msgspec.Struct, frozen=True):
    """sizes: bytes of the vectors; seconds: of the slower of two processes, (rounds, sizes), sizes in turns."""

    machine: dict[str, str]
    sizes: list[int]
    seconds: list[list[float]]

    @property
    def quiet(self) -> dict[int, float]:
        """{bytes: seconds}, the lower quartile of the rounds."""
        return dict(zip(self.sizes, np.quantile(self.seconds, 0.25, axis=0).tolist(), strict=True))


def read_link_runs(path: Path | str) -> LinkRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, LinkRuns, its_bench(__name__))
