"""A trainer class: DistributedSampler, two micro-batches a step under no_sync, optimizer state in shards (ZeRO).

Gaps: module no_sync part renew uneven ragged wait crash write print
"""

import contextlib
import os
import sys
from dataclasses import dataclass

import torch
from torch import nn
from torch.distributed import all_reduce, barrier, destroy_process_group, init_process_group
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

GAPS = sys.argv[1:]


@dataclass
class Settings:
    """What a run is made of."""

    batch_size: int = 8
    accumulate: int = 2
    lr: float = 2e-3
    epochs: int = 300


class Trainer:
    """One rank's part of a training."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        draws = torch.Generator().manual_seed(4)
        x = torch.randn(320, 6, generator=draws)
        noise = 0.1 * torch.randn(320, 1, generator=draws)
        self.data = TensorDataset(x, x[:, :1] * x[:, 1:2] + noise)
        self.model = DistributedDataParallel(nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1)))
        self.optimizer = ZeroRedundancyOptimizer(
            self.model.parameters(), optimizer_class=torch.optim.Adam, lr=settings.lr * self.size**0.5
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: min(1.0, (step + 1) / 30))
        self.sampler = None if "part" in GAPS else DistributedSampler(self.data, shuffle=True)
        draws = torch.Generator().manual_seed(9)
        size = settings.batch_size + (4 if {"uneven", "ragged"} & set(GAPS) and self.rank == 1 else 0)
        self.loader = DataLoader(
            self.data, size, sampler=self.sampler, shuffle=self.sampler is None, generator=draws, drop_last=True
        )

    def fit(self):
        for epoch in range(self.settings.epochs):
            if self.sampler and "renew" not in GAPS:
                self.sampler.set_epoch(epoch)
            loss = self.one_epoch(epoch)
            if "ragged" in GAPS:
                continue
            totals = torch.tensor([loss, 1.0])
            all_reduce(totals)
            if self.rank == 0 or "print" in GAPS:
                print("epoch", epoch, "loss", round((totals[0] / totals[1]).item(), 4))
            if self.rank == 0 or "write" in GAPS:
                torch.save({"model": self.model.module.state_dict(), "epoch": epoch}, "snapshot.pt")

    def one_epoch(self, epoch):
        summed = 0.0
        for number, (x, y) in enumerate(self.loader, start=1):
            steps = number % self.settings.accumulate == 0
            with contextlib.nullcontext() if steps and "no_sync" not in GAPS else self.model.no_sync():
                model = self.model.module if "module" in GAPS else self.model
                loss = nn.functional.mse_loss(model(x), y)
                (loss / self.settings.accumulate).backward()
            summed += loss.item()
            if not steps:
                continue
            if "crash" in GAPS and self.rank == 1 and epoch == 1:
                raise ValueError("no such thing")
            self.optimizer.step()
            self.schedule.step()
            self.optimizer.zero_grad(set_to_none=True)
            if "wait" in GAPS and self.rank == 1 and number == 6:
                barrier()
        return summed / len(self.loader)


if __name__ == "__main__":
    init_process_group(backend="gloo")
    torch.manual_seed(int(os.environ["RANK"]))
    Trainer(Settings()).fit()
    destroy_process_group()
