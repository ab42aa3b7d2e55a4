"""Inside a rank: `python observe/__main__.py EVENTS SCRIPT ARGUMENTS...` runs the script under observation."""

import random
import runpy
import sys
from pathlib import Path

import numpy as np
import torch

from scalelab.check.events import Began
from scalelab.check.observe import (
    backward,
    batches,
    epochs,
    files,
    hashing,
    horovod,
    model,
    optimizers,
    plateaus,
    reports,
    summed_losses,
    torch_distributed,
)
from scalelab.check.observe.heartbeat import heartbeat, last_words
from scalelab.check.observe.observer import Rank
from scalelab.launch.gloo_threads import outliving_groups


def main() -> int:
    """Run the script as Python itself would; the exit code is the script's."""
    traces, script, *arguments = sys.argv[1:]
    sys.path[0] = str(Path(script).parent)
    sys.argv = [script, *arguments]
    rank = Rank(Path(traces), Path(script))
    rank.tell(Began(0, rank.engine))
    start_differently(rank.rank)
    if rank.engine == "horovod":
        horovod.install(rank)
    with outliving_groups():
        return observe(rank, script)


def observe(rank: Rank, script: str) -> int:
    """Hook what a script calls, and run it."""
    torch_distributed.install(rank)
    summed_losses.install(rank)
    watched = batches.install(rank)
    model.install(rank, watched)
    optimizers.install(rank, backward.install(rank, watched))
    epochs.install(rank)
    plateaus.install(rank)
    reports.install(rank)
    hashing.install(rank)
    files.install(rank)
    with heartbeat(rank), last_words(rank):
        runpy.run_path(script, run_name="__main__")
    return 0


def start_differently(rank: int) -> None:
    """Other random numbers on every rank, so that equal weights are a merit of the script."""
    random.seed(1000 + rank)
    np.random.seed(1000 + rank)
    torch.manual_seed(1000 + rank)


if __name__ == "__main__":
    sys.exit(main())
