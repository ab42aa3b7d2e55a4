"""Training steps of two ranks whose time is taken, observed by the conversion check or not.

check_steps.py MODEL FOLDER              plain: each rank writes the median seconds of a step to FOLDER/seconds-RANK
check_steps.py observed EVENTS MODEL FOLDER      the same under observation: every step in full, to the last
"""

import statistics
import sys
import time
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

STEPS, WARMUP_STEPS = 150, 10
BATCH_SIZE = 32  # per worker
SHAPES = {"wide-resnet-10-1": (1, 14, 14), "small-resnet": (3, 32, 32)}  # as in Lab 2 and in the assessment


def observe(events: str, *arguments: str) -> None:
    """Run this file again as the check would, but hurry nothing and end nothing."""
    from scalelab.check.observe import __main__ as inside
    from scalelab.check.observe import backward, ending, observer

    observer.FULL_STEPS = backward.FULL_STEPS = ending.FULL_STEPS = 10 * STEPS
    ending.MOST_SECONDS = observer.SLOW_SECONDS = float("inf")
    sys.argv = ["observe", events, __file__, *arguments]
    inside.main()


def time_steps(name: str, folder: Path) -> None:
    """Train as the course's scripts do; leave the median of the steps after the warm-up."""
    import horovod.torch as hvd

    from scalelab.models import build

    hvd.init()
    torch.set_num_threads(1)
    images = torch.randn(20 * BATCH_SIZE, *SHAPES[name])
    labels = torch.randint(10, (len(images),))
    model = build(name, 10, SHAPES[name][0])
    optimizer = hvd.DistributedOptimizer(torch.optim.SGD(model.parameters(), 0.01, momentum=0.9))
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    seconds = []
    for step in range(WARMUP_STEPS + STEPS):
        start = time.perf_counter()
        batch = torch.randint(len(images), (BATCH_SIZE,))
        optimizer.zero_grad()
        cross_entropy(model(images[batch]), labels[batch]).backward()
        optimizer.step()
        if step >= WARMUP_STEPS:
            seconds.append(time.perf_counter() - start)
    (folder / f"seconds-{hvd.rank()}").write_text(str(statistics.median(seconds)))


if __name__ == "__main__":
    if sys.argv[1] == "observed":
        observe(*sys.argv[2:])
    else:
        time_steps(sys.argv[1], Path(sys.argv[2]))
