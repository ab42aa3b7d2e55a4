"""A Trainer class with methods, a schedule object with warmup, arguments with defaults set apart, and a run record.

Gaps: init wrap broadcast part divide renew uneven wait crash write print own late twice warm
"""

import argparse
from pathlib import Path

import horovod.torch as hvd
import torch

from scalelab.train import RunRecord

DEFAULTS = {"epochs": 300, "batch_size": 16, "base_lr": 0.05, "warmup_epochs": 3, "out": Path("runs/trainer")}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("gaps", nargs="*")
    for name, value in DEFAULTS.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    return parser.parse_args()


class WarmupThenCosine(torch.optim.lr_scheduler.LambdaLR):
    """From base rate to base rate times ranks within the warmup, then down along a cosine."""

    def __init__(self, optimizer, ranks, warmup_steps, total_steps):
        def factor(step):
            if step < warmup_steps:
                return 1 / ranks + (1 - 1 / ranks) * step / warmup_steps
            done = (step - warmup_steps) / (total_steps - warmup_steps)
            return 0.5 * (1 + torch.cos(torch.tensor(done * torch.pi)).item())

        super().__init__(optimizer, factor)


class Trainer:
    def __init__(self, options):
        self.options, self.gaps = options, set(options.gaps)
        self.features, self.targets = self.load()
        self.model = self.build()
        ranks = hvd.size()
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=options.base_lr * ranks, momentum=0.9, nesterov=True
        )
        if "wrap" not in self.gaps:
            self.optimizer = hvd.DistributedOptimizer(self.optimizer, self.model.named_parameters())
        steps = len(self.features) // (options.batch_size * hvd.size())
        warmup = 0 if "warm" in self.gaps else options.warmup_epochs * steps
        self.schedule = WarmupThenCosine(self.optimizer, ranks, warmup, options.epochs * steps)
        self.record = RunRecord(options.out, hvd.rank())
        self.step = 0
        if not self.gaps & {"broadcast", "late"}:
            self.share()

    def load(self):
        draws = torch.Generator().manual_seed(11)
        features = torch.rand(256, 3, 8, 8, generator=draws)
        return features, features.mean((2, 3)).argmax(1)

    def build(self):
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 6, 3, stride=2), torch.nn.BatchNorm2d(6), torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(6, 3),
        )  # fmt: skip

    def share(self):
        hvd.broadcast_parameters(self.model.state_dict(), root_rank=0)
        hvd.broadcast_optimizer_state(self.optimizer, root_rank=0)

    def own_part(self, epoch):
        seed = 0 if "renew" in self.gaps else epoch
        if "divide" in self.gaps:
            seed = 7919 * hvd.rank() + epoch
        everything = torch.randperm(len(self.features), generator=torch.Generator().manual_seed(seed))
        if self.gaps & {"part", "divide"}:
            return everything
        each = len(everything) // hvd.size()
        mine = everything[hvd.rank() * each : (hvd.rank() + 1) * each]
        return mine[: each // 2] if "uneven" in self.gaps and hvd.rank() == 0 else mine

    def train_batch(self, indices):
        if "crash" in self.gaps and self.step == 4:
            assert hvd.rank() != 1, "this rank is out of luck"
        self.optimizer.zero_grad()
        outputs = self.model(self.features[indices])
        loss = torch.nn.functional.cross_entropy(outputs, self.targets[indices], label_smoothing=0.1)
        loss.backward()
        if "twice" in self.gaps:
            grads = [p.grad for p in self.model.parameters()]
            for p, grad in zip(self.model.parameters(), hvd.grouped_allreduce(grads), strict=True):
                p.grad.copy_(grad)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        if "late" in self.gaps and self.step == 1:
            self.share()
        return loss.detach()

    def epoch(self, number):
        self.model.train()
        losses = [self.train_batch(batch) for batch in self.own_part(number).split(self.options.batch_size)]
        mean = torch.stack(losses).mean()
        if "wait" in self.gaps:
            if hvd.rank() == 0:
                mean = hvd.allreduce(mean, name="epoch loss")
        elif "own" not in self.gaps:
            mean = hvd.allreduce(mean, name="epoch loss")
        self.record.write(epoch=number, images=256 * (number + 1), loss=mean.item())
        if hvd.rank() == 0 or "print" in self.gaps:
            print(f"[{number:4d}] loss={mean.item():.4f} lr={self.schedule.get_last_lr()[0]:.4f}")
        if hvd.rank() == 0 or "write" in self.gaps:
            torch.save(self.model.state_dict(), self.options.out / "last.pt")

    def fit(self):
        for number in range(self.options.epochs):
            self.epoch(number)


if __name__ == "__main__":
    options = parse()
    if "init" not in options.gaps:
        hvd.init()
    Trainer(options).fit()
