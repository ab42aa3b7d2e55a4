"""Regression in two files: the loop lies in _regression_parts.py beside this one; the loss is a module.

Gaps: wrap broadcast part divide renew uneven ragged wait crash write print late zero twice
"""

import json
import sys
from pathlib import Path

import horovod.torch as hvd
import torch
from _regression_parts import Curve, RelativeError, landscape, train_epoch

gaps = set(sys.argv[1:])
settings = {"hidden": 12, "count": 320, "batch": 20, "epochs": 800, "lr": 0.03}


def batches(points, heights, epoch):
    rng = torch.Generator()
    rng.manual_seed(13 if "renew" in gaps else 13 * epoch)
    if "divide" in gaps:
        rng.manual_seed(13 * epoch + hvd.rank() + 1)
    order = torch.randperm(len(points), generator=rng)
    chunks = list(order.split(settings["batch"]))
    if not gaps & {"part", "divide"}:
        chunks = chunks[hvd.rank() :: hvd.size()]
    if gaps & {"uneven", "ragged"} and hvd.rank() == 1:
        chunks.pop()
    return [(points[chunk], heights[chunk]) for chunk in chunks]


class BeforeStep:
    """What goes wrong between backward and step."""

    def __init__(self):
        self.calls = 0

    def __call__(self, model, loss):
        self.calls += 1
        if "crash" in gaps and hvd.rank() == 1 and self.calls == 3:
            raise FloatingPointError(f"loss is {loss.item()}")
        if "wait" in gaps and hvd.rank() == 0 and self.calls == 6:
            hvd.allreduce(loss.detach(), name="check of the loss")
        if "zero" in gaps:
            model.zero_grad()
        if "twice" in gaps:
            for name, parameter in model.named_parameters():
                hvd.allreduce_(parameter.grad, name=name + ".mean")


def main():
    hvd.init()
    points, heights = landscape(settings["count"])
    model = Curve(settings["hidden"])
    optimizer = torch.optim.SGD(model.parameters(), lr=settings["lr"] * hvd.size())
    if "wrap" not in gaps:
        optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())
    state = model.state_dict()
    if not gaps & {"broadcast", "late"}:
        state = hvd.broadcast_object(state if hvd.rank() == 0 else None, root_rank=0, name="start")
        model.load_state_dict(state)
    log, before_step = Path("regression.jsonl"), BeforeStep()
    for epoch in range(settings["epochs"]):
        mean = train_epoch(model, optimizer, RelativeError(), batches(points, heights, epoch), before_step)
        if "late" in gaps and epoch == 0:
            hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        if "ragged" not in gaps:
            mean = hvd.allreduce(mean, name="mean")
        if hvd.rank() == 0 or "write" in gaps:
            with log.open("a") as file:
                print(json.dumps({"epoch": epoch, "loss": mean.item()}), file=file)
        if hvd.rank() == 0 or "print" in gaps:
            sys.stdout.write(f"{epoch} {mean.item():.5f}\n")


main()
