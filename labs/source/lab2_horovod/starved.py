"""K ranks train on images that each reads from files of its own, and each says where the time of its steps goes.

    horovodrun -np 2 python starved.py --folder runs/files
    horovodrun -np 2 python starved.py --folder runs/files --slow-rank 1 --latency 0.001
    horovodrun -np 2 python starved.py --folder runs/files --slow-rank 1 --latency 0.001 --prefetch 2

The latency is pretended: a slow rank waits so many seconds before it opens a file, as if its disk were far away.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import horovod.torch as hvd
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition
from scalelab.data.streaming.prefetch import Prefetcher
from scalelab.models import build

BATCH_SIZE, LR, WARMUP_STEPS = 64, 0.1, 3


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="images as FOLDER/LABEL/NUMBER.npy")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--slow-rank", type=int, default=-1, help="the rank that waits before it opens a file")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that it pretends to need for that")
    parser.add_argument("--prefetch", type=int, default=0, help="batches that a thread reads ahead; 0: no thread")
    return parser.parse_args()


def read_batches(paths: list[Path], epochs: int, latency: float) -> Iterator[tuple[Tensor, Tensor]]:
    """This rank's batches of all epochs, each image read from its own file."""
    for epoch in range(epochs):
        indices = partition(len(paths), hvd.rank(), hvd.size(), epoch, seed=0)
        for batch in batches(indices, BATCH_SIZE):
            images = [read_image(paths[index], latency) for index in batch.tolist()]
            labels = [int(paths[index].parent.name) for index in batch.tolist()]
            yield torch.from_numpy(np.stack(images)).float() / 255, torch.tensor(labels)


def read_image(path: Path, latency: float) -> np.ndarray:
    time.sleep(latency)
    return np.load(path)


class Stages:
    """The seconds of each stage of each step."""

    def __init__(self):
        self.seconds = {"load": [], "compute": [], "exchange": [], "update": []}
        self.last = time.perf_counter()

    def end_of(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage].append(now - self.last)
        self.last = now

    def medians(self) -> dict[str, float]:
        return {stage: float(np.median(seconds[WARMUP_STEPS:])) for stage, seconds in self.seconds.items()}


def train(model, optimizer, all_batches) -> Stages:
    """One update for each batch."""
    all_batches, stages = iter(all_batches), Stages()
    while (batch := next(all_batches, None)) is not None:
        stages.end_of("load")
        X, y = batch
        optimizer.zero_grad()
        cross_entropy(model(X), y).backward()
        stages.end_of("compute")
        optimizer.synchronize()  # until the gradients of all ranks are there: for the slowest of them
        stages.end_of("exchange")
        with optimizer.skip_synchronize():
            optimizer.step()
        stages.end_of("update")
    return stages


def main() -> None:
    arguments = parse_arguments()
    hvd.init()
    paths = sorted(arguments.folder.glob("*/*.npy"))
    torch.manual_seed(0)
    model = build("wide-resnet-10-1", 10, in_channels=len(np.load(paths[0])))
    optimizer = torch.optim.SGD(model.parameters(), LR, momentum=0.9)
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)

    latency = arguments.latency if hvd.rank() == arguments.slow_rank else 0.0
    source = read_batches(paths, arguments.epochs, latency)
    stages = train(model, optimizer, Prefetcher(source, arguments.prefetch) if arguments.prefetch else source)
    print("stages", json.dumps(stages.medians()), flush=True)


if __name__ == "__main__":
    main()
