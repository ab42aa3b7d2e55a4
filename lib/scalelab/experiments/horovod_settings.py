"""The stored runs of notebook 2.3: settings of Horovod switched and timed in rounds; messages among more workers."""

from pathlib import Path

import msgspec
import numpy as np

from scalelab.experiments.stored import its_bench, read_stored

DEFAULT = "nothing switched"


class Timed(msgspec.Struct, frozen=True):
    """One run: medians over its steps of the whole step and of its stages, in seconds."""

    step: float
    stages: list[float]
    images: int
    error: float

    @property
    def images_per_second(self) -> float:
        """The throughput of all workers together."""
        return self.images / self.step


class Experiment(msgspec.Struct, frozen=True):
    """A network with some settings; `rounds` has each setting once a round: {name of the setting: Timed}."""

    network: str
    batch_size: int
    gradients: list[int]
    rounds: list[dict[str, Timed]]

    @property
    def settings(self) -> list[str]:
        """Their names, in the order in which they were measured."""
        return list(self.rounds[0])

    def ratios(self, setting: str, base: str = DEFAULT, per_image: bool = False) -> np.ndarray:
        """Time of a step beside that of `base` in the same round, (rounds,); `per_image`: of an image of it."""
        pairs = [(one[setting], one[base]) for one in self.rounds]
        times = [(a.step / a.images, b.step / b.images) if per_image else (a.step, b.step) for a, b in pairs]
        return np.array([one / other for one, other in times])

    def values(self, setting: str, field: str) -> np.ndarray:
        """`field` of a Timed ("step", "images_per_second", "error", "images") in every round: (rounds,)."""
        return np.array([getattr(one[setting], field) for one in self.rounds])

    def stage_medians(self, setting: str) -> np.ndarray:
        """Seconds of each stage, the median over the rounds: (stages,)."""
        return np.median([one[setting].stages for one in self.rounds], axis=0)


class Sweep(msgspec.Struct, frozen=True):
    """Seconds of messages of `sizes` bytes among `workers`: lower quartiles, a row for each round."""

    workers: int
    sizes: list[int]
    seconds: list[list[float]]


class WatchingRuns(msgspec.Struct, frozen=True):
    """All of it, with what it ran on.

    images_to_target: {batch size: images until the target accuracy, of each seed}, from the stored runs of notebook
    1.3, which train the same network.
    """

    machine: dict[str, str]
    cores: int
    setting: str
    stages: list[str]
    experiments: dict[str, Experiment]
    sweeps: list[Sweep]
    target: float
    images_to_target: dict[int, list[float]]

    def sweep(self, workers: int) -> Sweep:
        """The messages among so many workers."""
        return next(sweep for sweep in self.sweeps if sweep.workers == workers)


def read_watching_runs(path: Path | str) -> WatchingRuns:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, WatchingRuns, its_bench(__name__))
