"""A converted script whose model leaves what it has computed outside of itself, where no observer can see it."""

import time

import horovod.torch as hvd
import torch
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

SECONDS = 0.2  # of a step: slow enough to be hurried
hidden = {}


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Linear(10, 16), torch.nn.Linear(16, 2)

    def forward(self, x):
        hidden["now"] = self.first(x).relu()
        return self.second(hidden["now"])


hvd.init()
torch.manual_seed(4)
X = torch.randn(640, 10)
dataset = TensorDataset(X, (X[:, 0] > 0).long())
sampler = DistributedSampler(dataset, hvd.size(), hvd.rank())
network = Network()
optimizer = torch.optim.SGD(network.parameters(), 0.05 * hvd.size())
optimizer = hvd.DistributedOptimizer(optimizer, network.named_parameters())
hvd.broadcast_parameters(network.state_dict(), 0)
for epoch in range(2):
    sampler.set_epoch(epoch)
    for x, y in DataLoader(dataset, 16, sampler=sampler):
        optimizer.zero_grad()
        time.sleep(SECONDS)
        loss = torch.nn.functional.cross_entropy(network(x), y) + 1e-3 * hidden["now"].abs().mean()
        loss.backward()
        optimizer.step()
