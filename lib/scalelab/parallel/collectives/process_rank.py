"""What each rank of scalelab.parallel.collectives.processes runs; started by the launcher.

python process_rank.py FOLDER
"""

import os
import sys
import time
from pathlib import Path

import cloudpickle
import msgspec
import numpy as np
import torch
import torch.distributed as dist

from scalelab.parallel.collectives.gloo_messages import GlooMessages
from scalelab.parallel.collectives.processes import RankReport, Task, own_vector


def main() -> int:
    """Run the collective on vectors of each size, in rounds, and leave a report and the results of the last round."""
    folder = Path(sys.argv[1])
    task = msgspec.json.decode((folder / "task.json").read_bytes(), type=Task)
    collective = cloudpickle.loads((folder / "collective.pickle").read_bytes())  # of whoever started this process
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    torch.set_num_threads(1)
    _take_a_core(rank, size)  # before Gloo begins its threads, which then stay there as well
    dist.init_process_group("gloo")
    seconds: list[list[float]] = []
    counted = [(0, 0)] * len(task.elements)
    for number in range(task.rounds):
        seconds.append([])
        for k, elements in enumerate(task.elements):
            messages, x = GlooMessages(task.link), torch.from_numpy(own_vector(rank, elements))
            dist.barrier()
            start = time.perf_counter()
            result = collective(x, rank, size, messages.send, messages.receive)
            messages.finish()
            seconds[-1].append(time.perf_counter() - start)
            counted[k] = (messages.bytes_sent, messages.messages)
            if number == task.rounds - 1:  # a file that is written in between would slow down what follows
                np.save(folder / f"result-{rank}-{k}.npy", np.asarray(result))
    report = RankReport(seconds, [sent for sent, _ in counted], [number for _, number in counted])
    part = folder / f"rank-{rank}.part"
    part.write_bytes(msgspec.json.encode(report))
    os.replace(part, folder / f"rank-{rank}.json")  # noqa: PTH105
    dist.destroy_process_group()
    return 0


def _take_a_core(rank: int, size: int) -> None:
    """Stay on one core where there is one for each rank: what sends and what computes then take turns at once, and do
    not wait for the scheduler's next tick.
    """
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if size <= len(cores):
            os.sched_setaffinity(0, {cores[rank]})


if __name__ == "__main__":
    sys.exit(main())
