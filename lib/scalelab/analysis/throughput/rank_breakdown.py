"""Where the time of a step goes on each rank, from what the ranks of labs/source/lab2_horovod/starved.py print."""

import json

import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.launch.output import Output

STAGES = ("load", "compute", "exchange", "update")
SAID = "stages "


def rank_stages(output: Output, workers: int) -> np.ndarray:
    """Seconds of each of STAGES in a step (the median over its steps), for each rank: (workers, 4).

    Raises ScaleLabError for a rank that said nothing of them.
    """
    return np.array([_of_rank(output.of(rank, "stdout"), rank) for rank in range(workers)])


def _of_rank(lines: list[str], rank: int) -> list[float]:
    said = [json.loads(line.removeprefix(SAID)) for line in lines if line.startswith(SAID)]
    if not said:
        raise ScaleLabError(f"Rank {rank} did not say where its time went; look at what it printed above.")
    return [said[-1][stage] for stage in STAGES]
