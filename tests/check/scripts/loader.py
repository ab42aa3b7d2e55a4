"""Converted as Horovod's documentation does it: DistributedSampler, a data loader, functions, averaged metrics."""

import horovod.torch as hvd
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def train(model, optimizer, loader, sampler, epoch):
    model.train()
    sampler.set_epoch(epoch)
    for number, (images, labels) in enumerate(loader):
        optimizer.zero_grad()
        loss = functional.nll_loss(model(images), labels)
        loss.backward()
        optimizer.step()
        if number % 5 == 0:
            print(f"epoch {epoch} batch {number} loss {loss.item():.4f}")


def evaluate(model, loader):
    model.eval()
    with torch.no_grad():
        correct = sum((model(images).argmax(1) == labels).float().mean() for images, labels in loader)
    accuracy = hvd.allreduce(correct / len(loader), name="accuracy").item()
    if hvd.rank() == 0:
        print(f"accuracy {accuracy:.4f}")
        torch.save(model.state_dict(), "model.pt")


def main():
    hvd.init()
    torch.manual_seed(42)
    images = torch.randn(300, 10, generator=torch.Generator().manual_seed(1))
    labels = (images.sum(1) > 0).long() + (images[:, 0] > 0).long()
    data = TensorDataset(images, labels)
    sampler = DistributedSampler(data, num_replicas=hvd.size(), rank=hvd.rank())
    loader = DataLoader(data, batch_size=16, sampler=sampler)
    body = nn.Sequential(nn.Linear(10, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))
    model = nn.Sequential(body, nn.LogSoftmax(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01 * hvd.size(), momentum=0.5)
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    optimizer = hvd.DistributedOptimizer(
        optimizer, named_parameters=model.named_parameters(), compression=hvd.Compression.fp16
    )
    for epoch in range(30):
        train(model, optimizer, loader, sampler, epoch)
        evaluate(model, loader)


if __name__ == "__main__":
    main()
