"""Stored runs that differ only in which images come when: how well the network knows validation images in the end."""

from pathlib import Path

import msgspec
import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import its_bench, read_stored

DIVISION, BUFFER = "division", "buffer"  # what a run was made for


class InputOrderRun(msgspec.Struct, frozen=True):
    """One training run: `way` is how the images were divided, or how the shards were written.

    `accuracies`: validation accuracy after each epoch; `buffer`: images in the shuffle buffer, 0 where there was none.
    """

    experiment: str
    scheme: str
    buffer: int
    seed: int
    accuracies: list[float]

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells it from the other runs."""
        return self.experiment, self.scheme, self.buffer, self.seed


class InputOrderRuns(msgspec.Struct, frozen=True):
    """All runs of `bench/input_order.py`, with what they ran on. `batch_size` is that of all `workers` together."""

    machine: dict[str, str]
    setting: str
    images: int
    workers: int
    batch_size: int
    lr: float
    shards: int
    buffers: list[int]
    runs: list[InputOrderRun]

    def accuracies(self, experiment: str, scheme: str, buffer: int = 0) -> np.ndarray:
        """Validation accuracies (seeds, epochs), by seed. Raises ScaleLabError where no such run is stored."""
        wanted = (experiment, scheme, buffer)
        found = sorted((run for run in self.runs if run.key[:3] == wanted), key=lambda run: run.seed)
        if not found:
            raise ScaleLabError(f"No run is stored for {experiment}, {scheme}, buffer {buffer}; run the bench again.")
        return np.array([run.accuracies for run in found])

    def final(self, scheme: str) -> np.ndarray:
        """Validation accuracy after the last epoch for shards written in this way: (seeds, buffers)."""
        return np.stack([self.accuracies(BUFFER, scheme, buffer)[:, -1] for buffer in self.buffers], axis=1)


def read_input_order(path: Path | str) -> InputOrderRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, InputOrderRuns, its_bench(__name__))
