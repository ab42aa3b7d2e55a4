"""Horovod with NCCL, built against the headers that came with torch: whether it compiles, and what it does.

With one GPU it has one rank. What NCCL says of two on one GPU is stored as well: it is expected to refuse.
"""

import os

from horovod_build import tail_of, unpacked
from shared_gpu import RANKS, ranks
from task import Task, run

from scalelab.errors import ScaleLabError
from scalelab.install import features
from scalelab.install.faults import CommandFailed
from scalelab.install.features import Features


def measure(task: Task) -> None:
    if not features.driver():
        task.keep(nccl="nothing to build: there is no NVIDIA driver")
        return
    try:
        folder = unpacked(task, Features(mpi=False, nccl=True))
    except (ScaleLabError, CommandFailed) as error:
        task.keep(nccl="it does not compile", why=tail_of(task.work / "compiling.log", str(error)))
        return
    os.environ["PYTHONPATH"] = str(folder)
    task.keep(nccl="it compiles", one_rank=ranks(task, 1, task.work / "nccl-1"))
    try:
        task.keep(two_ranks_on_one_gpu=ranks(task, RANKS, task.work / "nccl-2"))
    except ScaleLabError as error:
        task.keep(two_ranks_on_one_gpu=f"refused: {str(error)[-600:]}")


if __name__ == "__main__":
    run(measure)
