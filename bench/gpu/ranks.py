"""Trains a small network without norms, as one of several ranks that may share a GPU, and times a sum over them.

    horovodrun -np 2 python ranks.py DEVICE NUMBERS FOLDER

Rank 0 leaves in FOLDER the weights after some steps and what was measured. The ranks together make the same steps
whatever their number, so the weights must not depend on it (to rounding).
"""

import json
import sys
import time
from pathlib import Path

import horovod.torch as hvd
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.data.randomness import generator
from scalelab.train import wait_for

STEPS, IMAGES = 10, 64  # images of all ranks a step
SUMS = 5


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 10)
    )


def train(device: torch.device) -> nn.Module:
    """Each rank takes every size-th image of a batch; gradients are means over ranks."""
    model = network().to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters(), groups=1)
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    for step in range(STEPS):
        draws = generator("ranks", step)
        X, y = torch.randn(IMAGES, 3, 32, 32, generator=draws), torch.randint(10, (IMAGES,), generator=draws)
        mine = slice(hvd.rank(), None, hvd.size())
        optimizer.zero_grad()
        cross_entropy(model(X[mine].to(device)), y[mine].to(device)).backward()
        optimizer.step()
    return model


def seconds_of_sums(numbers: int, device: torch.device) -> list[float]:
    """Of sums of a tensor over the ranks, after one that does not count."""
    tensor, seconds = torch.ones(numbers, device=device), []
    for _ in range(1 + SUMS):
        wait_for(device)
        start = time.perf_counter()
        total = hvd.allreduce(tensor, op=hvd.Sum, name="sum")
        wait_for(device)
        seconds.append(time.perf_counter() - start)
    if float(total[0]) != hvd.size():
        raise SystemExit(f"The sum of {hvd.size()} ones is {float(total[0])}.")
    return seconds[1:]


def main() -> None:
    hvd.init()
    torch.set_num_threads(1)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    name, numbers, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if name == "cuda":
        torch.cuda.set_device(hvd.local_rank() % torch.cuda.device_count())  # ranks may share it
    device = torch.device(name)
    model, seconds = train(device), seconds_of_sums(numbers, device)
    if hvd.rank() == 0:
        save_file({key: value.cpu() for key, value in model.state_dict().items()}, folder / "weights.safetensors")
        (folder / "seconds.json").write_text(json.dumps(seconds))


if __name__ == "__main__":
    main()
