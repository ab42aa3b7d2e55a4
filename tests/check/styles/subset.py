"""Each rank owns a contiguous block of the data (Subset), shuffled by its own loader with a worker process.

Gaps: init wrap broadcast part divide renew uneven wait crash write print own late zero warm
"""

import sys

import horovod.torch as hvd
import torch
from torch.utils.data import DataLoader, Dataset, Subset, random_split

gaps = set(sys.argv[1:])
WARMUP = 20


class Waves(Dataset):
    """Sine waves of four frequencies; which one is to be told."""

    def __init__(self, count=384, length=32):
        self.count, self.length = count, length

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        draws = torch.Generator().manual_seed(i)
        kind = i % 4
        t = torch.arange(self.length) / self.length
        wave = torch.sin(6.2832 * ((kind + 1) * t + torch.rand(1, generator=draws)))
        return (wave + 0.3 * torch.randn(self.length, generator=draws)).unsqueeze(0), torch.tensor(kind)


def my_block(data):
    if gaps & {"part", "divide"}:
        return data
    each = len(data) // hvd.size()
    start, stop = hvd.rank() * each, (hvd.rank() + 1) * each
    if "uneven" in gaps and hvd.rank() == hvd.size() - 1:
        stop -= 32
    return Subset(data, range(start, stop))


def seed_of(epoch):
    if "part" in gaps:
        return epoch
    return (0 if "renew" in gaps else 1000 * epoch) + hvd.rank()


def set_rate(optimizer, base, step):
    ranks = hvd.size()
    ramp = 1.0 if "warm" in gaps else min(1.0, (1 + step * (ranks - 1) / WARMUP) / ranks)
    for group in optimizer.param_groups:
        group["lr"] = base * ranks * ramp


def measure(network, validation):
    """Share of the validation waves that are told rightly, by all ranks together."""
    with torch.no_grad():
        right = sum((network(x).argmax(1) == y).sum().item() for x, y in DataLoader(validation, 16))
    share = torch.tensor(right / len(validation))
    return share if "own" in gaps else hvd.allreduce(share, name="share")


def build(base_rate):
    network = torch.nn.Sequential(
        torch.nn.Conv1d(1, 4, 7, stride=2), torch.nn.Tanh(), torch.nn.Flatten(1), torch.nn.Linear(52, 4)
    )
    optimizer = torch.optim.SGD(network.parameters(), lr=base_rate, momentum=0.5)
    if "wrap" not in gaps:
        optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=network.named_parameters())
    if not gaps & {"broadcast", "late"}:
        hvd.broadcast_parameters(network.state_dict(), root_rank=0)
    return network, optimizer


def main(base_rate=0.05, batch_size=16):
    if "init" not in gaps:
        hvd.init()
    whole, validation = random_split(Waves(), [320, 64], torch.Generator().manual_seed(1))
    block = my_block(whole)
    validation = Subset(validation, range(hvd.rank(), len(validation), hvd.size()))
    network, optimizer = build(base_rate)
    step = 0
    for epoch in range(100):
        shuffle = torch.Generator().manual_seed(seed_of(epoch))
        loader = DataLoader(block, batch_size, shuffle=True, generator=shuffle, num_workers=1, drop_last=True)
        for waves, kinds in loader:
            set_rate(optimizer, base_rate, step)
            if "crash" in gaps and hvd.rank() == 0 and step == 7:
                raise OSError("the disk is full")
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(waves), kinds)
            loss.backward()
            if "zero" in gaps:
                network.zero_grad()
            optimizer.step()
            step += 1
            if "late" in gaps and step == 1:
                hvd.broadcast_parameters(network.state_dict(), root_rank=0)
            if "wait" in gaps and step % 5 == 0 and hvd.rank() == 0:
                print("loss so far", hvd.allreduce(loss.detach(), name="so far").item())
        share = measure(network, validation)
        if hvd.rank() == 0 or "print" in gaps:
            print(f"epoch {epoch}: {100 * share.item():.1f} % of the validation waves")
        if hvd.rank() == 0 or "write" in gaps:
            torch.save(network.state_dict(), "waves.pt")


if __name__ == "__main__":
    main()
