"""A collective among real processes: each runs it on its own vector, and tells what it sent and how long it took."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import msgspec
import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits, launch
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.protocol import Collective

RANK = Path(__file__).with_name("process_rank.py")
LIMITS = Limits(seconds=300, stall_seconds=10)


class Task(msgspec.Struct, frozen=True):
    """What the ranks do: for each size of vector, in turn, and that whole round so often."""

    elements: list[int]
    rounds: int = 1
    link: MessageCost | None = None


class RankReport(msgspec.Struct, frozen=True):
    """Of one rank: seconds of each round and size, (rounds, sizes); bytes and messages it sent for each size."""

    seconds: list[list[float]]
    bytes_sent: list[int]
    messages: list[int]


@dataclass(frozen=True)
class ProcessRun:
    """`results[k][rank]` is what a rank ended with for size k. `seconds`: of the slowest rank, (rounds, sizes)."""

    results: list[list[np.ndarray]]
    reports: list[RankReport]

    @property
    def seconds(self) -> np.ndarray:
        """Of the slowest rank in each round, (rounds, sizes)."""
        return np.max([report.seconds for report in self.reports], axis=0)


def own_vector(rank: int, elements: int) -> np.ndarray:
    """The vector that a rank begins with: whole numbers, whose sum is exact in whatever order."""
    return np.random.default_rng([rank, elements]).integers(-99, 100, elements).astype(np.float32)


def run_on_processes(collective: Collective, size: int, task: Task, limits: Limits = LIMITS) -> ProcessRun:
    """Run the collective as `size` ranks.

    The function is carried over by value with all that it needs (cloudpickle), so it may be one of a notebook's. Raises
    ScaleLabError with the launcher's sentence where the ranks did not come to their end.
    """
    with tempfile.TemporaryDirectory(prefix="scalelab-collective-") as name:
        folder = Path(name)
        (folder / "collective.pickle").write_bytes(cloudpickle.dumps(collective))
        (folder / "task.json").write_bytes(msgspec.json.encode(task))
        outcome = launch(RANK, [name], size, folder=folder, limits=limits, engine="ddp")
        if outcome.ended != "finished":
            raise ScaleLabError(outcome.reason)
        reports = [msgspec.json.decode((folder / f"rank-{rank}.json").read_bytes(), type=RankReport)
                   for rank in range(size)]  # fmt: skip
        results = [[np.load(folder / f"result-{rank}-{k}.npy", allow_pickle=False) for rank in range(size)]
                   for k in range(len(task.elements))]  # fmt: skip
    return ProcessRun(results, reports)
