"""The stored runs of notebook 2.4: what each change of a step brings to one worker, and one and two ranks with both."""

from pathlib import Path

import msgspec

from scalelab.experiments.stored import its_bench, read_stored
from scalelab.parallel.collectives.cost_model import MessageCost


class OneWorker(msgspec.Struct, frozen=True):
    """speeds: images a second of one worker with each of `step_changes.CHANGES`, of every round, with `batch_size`
    images a step; ranks: those of one and of two Horovod ranks, {name of the change: {number of ranks: rounds}}, each
    with `ranks_batch_size` images a step.

    latency (seconds a round) and bandwidth (bytes a second) are those of the stored messages of notebook 2.3.
    """

    machine: dict[str, str]
    batch_size: int
    speeds: dict[str, list[float]]
    ranks_batch_size: int
    ranks: dict[str, dict[int, list[float]]]
    gradient_bytes: int
    latency: float
    bandwidth: float

    @property
    def cost(self) -> MessageCost:
        """What a message costs on that machine."""
        return MessageCost(self.latency, self.bandwidth)


def read_one_worker(path: Path | str) -> OneWorker:
    """The stored runs. Raises ScaleLabError where the file is missing or something else."""
    return read_stored(path, OneWorker, its_bench(__name__))
