"""Demonstrations for the notebook 01_horovod.ipynb: a training in which parts of Horovod are left out on purpose.

    horovodrun -np 2 python demonstrations.py drift

Each demonstration makes all ranks note what happens, and rank 0 writes it to runs/demonstrations/NAME.json.
Read it if you like; you need not change anything here.
"""

import argparse
import json
import time
from pathlib import Path

import horovod.torch as hvd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition
from scalelab.train import ExperimentConfig, accuracy, choose_preset

OUT = Path("runs/demonstrations")
BATCH_SIZE, LR, MOMENTUM = 16, 0.05, 0.9


def hello() -> None:
    """Every process runs these very lines; what differs is its rank."""
    print(f"I am rank {hvd.rank()} of {hvd.size()}, number {hvd.local_rank()} on this machine.", flush=True)
    mine = torch.tensor([10.0 * (hvd.rank() + 1)])
    show("allreduce, Sum    ", hvd.allreduce(mine, op=hvd.Sum))
    show("allreduce, Average", hvd.allreduce(mine))
    show("broadcast from 0  ", hvd.broadcast(mine, root_rank=0))
    show("allgather         ", hvd.allgather(mine))


def show(call: str, result: Tensor) -> None:
    print(f"{call}  I had {10.0 * (hvd.rank() + 1):g}, I get {result.tolist()}", flush=True)


def drift(setting: ExperimentConfig) -> dict[str, list[float]]:
    """How far apart the ranks' weights are, before the first of 32 steps and after each."""
    return {
        "gradients not averaged": trained(setting, seed=0, wrap=False),
        "gradients averaged": trained(setting, seed=0),
        "begun apart": trained(setting, seed=hvd.rank()),
        "begun apart, then broadcast": trained(setting, seed=hvd.rank(), broadcast=True),
        "momentum on rank 0 only": trained(setting, seed=0, resume=True),
        "momentum broadcast": trained(setting, seed=0, resume=True, broadcast=True),
    }


def trained(
    setting: ExperimentConfig, seed: int, wrap: bool = True, broadcast: bool = False, resume: bool = False
) -> list[float]:
    """Train for one epoch. `resume`: after one that does not count, with the momentum then left to rank 0 alone."""
    model = setting.new_model(seed)
    optimizer = new_optimizer(model, wrap)
    if resume:
        epoch(setting, model, optimizer, number=0)
        if hvd.rank() > 0:
            optimizer.state.clear()
    if broadcast:
        hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    return epoch(setting, model, optimizer, number=1)


def new_optimizer(model: nn.Module, wrap: bool) -> torch.optim.Optimizer:
    optimizer = torch.optim.SGD(model.parameters(), LR, momentum=MOMENTUM)
    return hvd.DistributedOptimizer(optimizer, model.named_parameters()) if wrap else optimizer


def epoch(setting: ExperimentConfig, model: nn.Module, optimizer: torch.optim.Optimizer, number: int) -> list[float]:
    """One epoch on this rank's part; the distance between the ranks' weights before it and after each step."""
    X, y, _, _ = setting.tensors()
    found = [distance(model)]
    for batch in batches(partition(len(y), hvd.rank(), hvd.size(), number, seed=0), BATCH_SIZE):
        learn(model, optimizer, X[batch], y[batch])
        found.append(distance(model))
    return found


def learn(model: nn.Module, optimizer: torch.optim.Optimizer, X: Tensor, y: Tensor) -> None:
    """One step; a wrapped optimizer averages over the ranks in it."""
    optimizer.zero_grad()
    cross_entropy(model(X), y).backward()
    optimizer.step()


def distance(model: nn.Module) -> float:
    """Between the weights of the last rank and those of rank 0, in lengths of the latter."""
    mine = torch.cat([p.detach().flatten() for p in model.parameters()])
    everyone = hvd.allgather(mine[None].cpu())
    return float((everyone[-1] - everyone[0]).norm() / everyone[0].norm())


def division(setting: ExperimentConfig) -> dict[str, dict]:
    """Which images each rank trains on in one epoch, and how long it takes: all on every rank, or a part on each."""
    found = {}
    for name, rank, size in (("not divided", 0, 1), ("divided", hvd.rank(), hvd.size())):
        model = setting.new_model(seed=0)
        optimizer = new_optimizer(model, wrap=True)
        X, y, _, _ = setting.tensors()
        indices = partition(len(y), rank, size, epoch=1, seed=0)
        hvd.allreduce(torch.zeros(1))  # all begin together
        start = time.perf_counter()
        for batch in batches(indices, BATCH_SIZE):
            learn(model, optimizer, X[batch], y[batch])
        seconds = time.perf_counter() - start
        found[name] = {"images": hvd.allgather_object(indices.tolist()), "seconds": seconds, "batch_size": BATCH_SIZE}
    return found


def metrics(setting: ExperimentConfig) -> dict[str, list]:
    """Validation accuracy after each epoch, by rank, on parts of 4 to 1: rank 0's is the longer one."""
    X, y, X_validation, y_validation = setting.tensors()
    model = setting.new_model(seed=0)
    optimizer = new_optimizer(model, wrap=True)
    cut = len(y_validation) * 4 // 5
    part = slice(0, cut) if hvd.rank() == 0 else slice(cut, None)
    found = {"accuracy": [], "images": hvd.allgather_object(len(y_validation[part]))}
    for number in range(1, 6):
        for batch in batches(partition(len(y), hvd.rank(), hvd.size(), number, seed=0), BATCH_SIZE):
            learn(model, optimizer, X[batch], y[batch])
        found["accuracy"].append(hvd.allgather_object(accuracy(model, X_validation[part], y_validation[part])))
    return found


def checkpoint(setting: ExperimentConfig) -> dict[str, int]:
    """All ranks write one file at the same moment, again and again; rank 0 then looks what is in it."""
    model, path = setting.new_model(seed=0), OUT / "checkpoint.pt"
    found = {"broken": 0, **{f"rank {rank}'s": 0 for rank in range(hvd.size())}}
    for _ in range(40):
        hvd.allreduce(torch.zeros(1))  # all begin together
        torch.save({"model": model.state_dict(), "written_by": hvd.rank()}, path)
        hvd.allreduce(torch.zeros(1))  # all have written
        if hvd.rank() == 0:
            try:
                found[f"rank {torch.load(path, weights_only=True)['written_by']}'s"] += 1
            except Exception:
                found["broken"] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["hello", "drift", "division", "metrics", "checkpoint"])
    name = parser.parse_args().name
    hvd.init()
    if name == "hello":
        hello()
        return
    images = {"division": 64, "metrics": 2048}.get(name, 1024)
    setting = choose_preset("cpu", images=images, validation=200)
    OUT.mkdir(parents=True, exist_ok=True)
    found = globals()[name](setting)
    if hvd.rank() == 0:
        (OUT / f"{name}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
