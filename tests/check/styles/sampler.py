"""Functions around a DistributedSampler and a DataLoader, as a tutorial would have it.

Gaps: init wrap broadcast part divide renew uneven ragged wait crash write print own late zero
"""

import sys

import horovod.torch as hvd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler

GAPS = sys.argv[1:]


class Blobs(Dataset):
    """Points around five centres, a little noise added each time one is asked for."""

    def __init__(self, count, seed):
        draws = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(5, (count,), generator=draws)
        centres = torch.randn(5, 12, generator=torch.Generator().manual_seed(5))
        self.points = centres[self.labels] + torch.randn(count, 12, generator=draws) / 2

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.points[index] + 0.05 * torch.randn(12), int(self.labels[index])


def make_loader(data, batch_size):
    if "part" in GAPS:
        draws = torch.Generator().manual_seed(1)
        return DataLoader(data, batch_size, shuffle=True, generator=draws), None
    if "divide" in GAPS:
        draws = torch.Generator().manual_seed(hvd.rank())
        return DataLoader(data, batch_size, shuffle=True, generator=draws), None
    sampler = DistributedSampler(data, num_replicas=hvd.size(), rank=hvd.rank(), shuffle=True)
    if "uneven" in GAPS or "ragged" in GAPS:
        batch_size = batch_size if hvd.rank() == 0 else batch_size + 4
    return DataLoader(data, batch_size=batch_size, sampler=sampler), sampler


def train_one_epoch(model, loader, optimizer, criterion, epoch):
    model.train()
    for i, (points, labels) in enumerate(loader):
        if "crash" in GAPS and hvd.rank() == 1 and i == 5:
            points = points[:, :10]
        optimizer.zero_grad()
        loss = criterion(model(points), labels)
        loss.backward()
        if "zero" in GAPS:
            optimizer.zero_grad()
        optimizer.step()
        if "late" in GAPS and epoch == 0 and i == 0:
            hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        if "wait" in GAPS and i == 3 and hvd.rank() == 0:
            hvd.barrier()
        if i % 4 == 0 and (hvd.rank() == 0 or "print" in GAPS):
            print(f"epoch {epoch} batch {i}/{len(loader)}: loss {loss.item():.3f}")


def evaluate(model, loader):
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for points, labels in loader:
            right += (model(points).argmax(dim=1) == labels).sum().item()
            seen += len(labels)
    if "own" in GAPS:
        return right / seen
    total = hvd.allreduce(torch.tensor([right, seen], dtype=torch.float64), op=hvd.Sum, name="eval")
    return (total[0] / total[1]).item()


def main():
    if "init" not in GAPS:
        hvd.init()
    torch.manual_seed(1234)
    train_data, test_data = Blobs(320, seed=0), Blobs(96, seed=1)
    train_loader, train_sampler = make_loader(train_data, 16)
    test_loader = DataLoader(
        test_data, 32, sampler=DistributedSampler(test_data, hvd.size(), hvd.rank(), shuffle=False)
    )
    model = nn.Sequential(nn.Linear(12, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.1), nn.Linear(24, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02 * hvd.size(), momentum=0.9, weight_decay=1e-4)
    if "broadcast" not in GAPS and "late" not in GAPS:
        hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    if "wrap" not in GAPS:
        optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())
    criterion = nn.CrossEntropyLoss()
    for epoch in range(200):
        if train_sampler and "renew" not in GAPS:
            train_sampler.set_epoch(epoch)
        train_one_epoch(model, train_loader, optimizer, criterion, epoch)
        if "ragged" in GAPS:
            continue
        accuracy = evaluate(model, test_loader)
        if hvd.rank() == 0:
            print(f"=> epoch {epoch}: accuracy {accuracy:.4f}")
        if hvd.rank() == 0 or "write" in GAPS:
            torch.save({"epoch": epoch, "model": model.state_dict()}, f"checkpoint-{epoch}.pt")


if __name__ == "__main__":
    main()
