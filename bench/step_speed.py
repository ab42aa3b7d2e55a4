"""Images per second of plain training steps, as one of several workers joined by an engine, or by none.

    step_speed.py ENGINE FOLDER SECONDS        ENGINE: horovod, ddp, barrier or none

At a barrier workers wait for one another after each step, and exchange nothing: that is the limit of any engine. All
workers begin to measure together: each leaves a file in FOLDER and waits for the others'. Each then writes
its own speed to FOLDER/speed-RANK.
"""

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from scalelab.data import load, standardise, statistics
from scalelab.models import build
from scalelab.train import autocast

BATCH_SIZE = int(os.environ.get("BATCH_SIZE", "64"))  # per worker
WARMUP_STEPS = 10


def place(engine: str) -> tuple[int, int]:
    """Rank and number of workers."""
    if engine == "horovod":
        import horovod.torch as hvd

        hvd.init()
        return hvd.rank(), hvd.size()
    return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])


def make_barrier() -> Callable[[], None]:
    """A function that comes back when all workers have called it; PEERS are sockets, one to each of the others."""
    peers = [socket.socket(fileno=int(number)) for number in os.environ["PEERS"].split(",")]

    def barrier() -> None:
        for peer in peers:
            peer.send(b".")
        for peer in peers:
            if not peer.recv(1):
                raise SystemExit("Another copy has ended.")

    return barrier


def join(engine: str, model, optimizer):
    """Model and optimizer, joined with those of the other workers."""
    if engine == "horovod":
        import horovod.torch as hvd

        hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        return model, hvd.DistributedOptimizer(optimizer, model.named_parameters(), groups=1)
    if engine == "ddp":
        torch.distributed.init_process_group("gloo")
        return torch.nn.parallel.DistributedDataParallel(model), optimizer
    return model, optimizer


def wait_for_all(folder: Path, rank: int, size: int) -> None:
    (folder / f"ready-{rank}").touch()
    while len(list(folder.glob("ready-*"))) < size:
        time.sleep(0.001)


def main() -> None:
    engine, folder, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    torch.set_num_threads(int(os.environ.get("THREADS", "1")))
    rank, size = place(engine)
    barrier = make_barrier() if engine == "barrier" else lambda: None
    images = load("cifar10").train.take(torch.arange(20 * BATCH_SIZE))
    X, y = standardise(images.images, statistics(images)), images.labels
    if os.environ.get("LAYOUT") == "contiguous":
        X = X.contiguous()  # colour by colour, as PyTorch has it by default
    model = build("small-resnet")
    model, optimizer = join(engine, model, torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9))

    def steps():
        for batch in torch.arange(len(y)).split(BATCH_SIZE):
            optimizer.zero_grad()
            with autocast(X.device):
                loss = cross_entropy(model(X[batch]), y[batch])
            loss.backward()
            barrier()
            optimizer.step()
            yield

    warmup = steps()
    for _ in range(WARMUP_STEPS):
        next(warmup)
    wait_for_all(folder, rank, size)
    # The number of steps is agreed on beforehand, so that joined workers make equally many.
    epochs = max(1, round(seconds * 600 / len(y)))
    start = time.perf_counter()
    for _ in range(epochs):
        for _ in steps():
            pass
    speed = epochs * len(y) / (time.perf_counter() - start)
    (folder / f"speed-{rank}").write_text(str(speed))


if __name__ == "__main__":
    main()
