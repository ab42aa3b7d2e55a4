"""Loss and accuracy kept by a class that averages over the ranks at every batch; a rate set by hand, with warmup.

Gaps: init wrap broadcast part divide renew uneven wait crash write print own late warm
"""

import argparse

import horovod.torch as hvd
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler
from tqdm import tqdm

options = argparse.ArgumentParser()
options.add_argument("gaps", nargs="*", default=[])
options.add_argument("--batch-size", type=int, default=12)
options.add_argument("--epochs", type=int, default=90)
options.add_argument("--rate", type=float, default=0.0125)
options.add_argument("--warmup-epochs", type=float, default=5)
options.add_argument("--seed", type=int, default=42)
options = options.parse_args()


class Mean:
    """Of a figure of all ranks."""

    def __init__(self, name):
        self.name, self.total, self.count = name, 0.0, 0

    def add(self, value):
        if "own" not in options.gaps:
            value = hvd.allreduce(value.detach(), name=self.name)
        self.total += value.item()
        self.count += 1

    def __float__(self):
        return self.total / max(1, self.count)


def share_right(logits, labels):
    return (logits.argmax(1) == labels).float().mean()


def rate_at(epoch, batch, batches):
    ranks = hvd.size()
    whole = epoch + (batch + 1) / batches
    if whole < options.warmup_epochs and "warm" not in options.gaps:
        return options.rate * (1 + (ranks - 1) * whole / options.warmup_epochs)
    return options.rate * ranks * 0.1 ** sum(epoch >= end for end in (30, 60, 80))


def train(epoch, network, optimizer, loader, verbose):
    network.train()
    loss_mean, right_mean = Mean("train loss"), Mean("train accuracy")
    with tqdm(total=len(loader), disable=not verbose, desc=f"epoch {epoch}") as bar:
        for i, (images, labels) in enumerate(loader):
            for group in optimizer.param_groups:
                group["lr"] = rate_at(epoch, i, len(loader))
            if "crash" in options.gaps and hvd.rank() == 1 and i == 3:
                raise IndexError("label 9 of 5")
            optimizer.zero_grad()
            logits = network(images)
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            if "late" in options.gaps and epoch == i == 0:
                hvd.broadcast_parameters(network.state_dict(), root_rank=0)
            if "wait" not in options.gaps or verbose:
                loss_mean.add(loss)
            right_mean.add(share_right(logits, labels))
            bar.set_postfix(loss=float(loss_mean), accuracy=float(right_mean))
            bar.update()
    return float(loss_mean), float(right_mean)


def validate(network, loader):
    network.eval()
    loss_mean, right_mean = Mean("validation loss"), Mean("validation accuracy")
    with torch.no_grad():
        for images, labels in loader:
            logits = network(images)
            loss_mean.add(F.cross_entropy(logits, labels))
            right_mean.add(share_right(logits, labels))
    return float(loss_mean), float(right_mean)


def loaders():
    draws = torch.Generator().manual_seed(options.seed)
    images, labels = torch.randn(300, 3, 5, 5, generator=draws), torch.randint(5, (300,), generator=draws)
    images[torch.arange(300), 0, labels, labels] += 2
    training, validation = TensorDataset(images[:240], labels[:240]), TensorDataset(images[240:], labels[240:])
    ranks, rank = (1, 0) if "part" in options.gaps else (hvd.size(), hvd.rank())
    sampler = DistributedSampler(training, num_replicas=ranks, rank=rank)
    if "divide" in options.gaps:
        sampler = DistributedSampler(training, num_replicas=1, rank=0, seed=hvd.rank())
    fewer = 4 if "uneven" in options.gaps and hvd.rank() == 1 else 0
    yield DataLoader(training, batch_size=options.batch_size + fewer, sampler=sampler)
    yield DataLoader(validation, batch_size=15, sampler=DistributedSampler(validation, hvd.size(), hvd.rank()))


if __name__ == "__main__":
    if "init" not in options.gaps:
        hvd.init()
    torch.manual_seed(options.seed)
    verbose = hvd.rank() == 0
    training, validation = loaders()
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU(), torch.nn.Flatten(),
        torch.nn.Linear(200, 5),
    )  # fmt: skip
    optimizer = torch.optim.SGD(network.parameters(), options.rate, momentum=0.9, weight_decay=5e-5)
    if "wrap" not in options.gaps:
        optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=network.named_parameters())
    if not set(options.gaps) & {"broadcast", "late"}:
        hvd.broadcast_parameters(network.state_dict(), root_rank=0)
        hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    for epoch in range(options.epochs):
        if "renew" not in options.gaps:
            training.sampler.set_epoch(epoch)
        figures = (*train(epoch, network, optimizer, training, verbose), *validate(network, validation))
        if verbose or "print" in options.gaps:
            print("epoch {}: loss {:.3f}, accuracy {:.1%}; validation {:.3f}, {:.1%}".format(epoch, *figures))
        if verbose or "write" in options.gaps:
            state = {"model": network.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state, f"checkpoint-{epoch + 1}.pth.tar")
