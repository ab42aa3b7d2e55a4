"""Converted without a wrapped optimizer: gradients averaged by hand, two batches a step, tied and frozen weights."""

import horovod.torch as hvd
import torch
from torch import nn
from torch.nn import functional


class Tied(nn.Module):
    """An encoder whose decoder is its transpose, over a layer that is not trained."""

    def __init__(self):
        super().__init__()
        self.frozen = nn.Linear(10, 10).requires_grad_(False)
        self.weight = nn.Parameter(torch.randn(6, 10) / 3)
        self.same = self.weight
        self.head = nn.Linear(10, 3)

    def forward(self, images):
        return self.head(functional.linear(functional.linear(self.frozen(images), self.weight), self.same.T))


hvd.init()
torch.manual_seed(0)
images = torch.randn(320, 10)
labels = (images.sum(1) > 0).long() + (images[:, 0] > 0).long()
images, labels = images[hvd.rank() :: hvd.size()], labels[hvd.rank() :: hvd.size()]
model = Tied()
start = hvd.broadcast_object(model.state_dict(), root_rank=0)
model.load_state_dict(start)
optimizers = [
    torch.optim.Adam([model.weight], 1e-3 * hvd.size()),
    torch.optim.SGD(model.head.parameters(), 0.1 * hvd.size()),
]
draws = torch.Generator().manual_seed(hvd.rank())
for _ in range(12):
    order = torch.randperm(len(images), generator=draws)
    for pair in order.split(16):
        model.zero_grad()
        for batch in pair.split(8):
            noisy = images[batch] + 0.01 * torch.randn(len(batch), 10)
            (functional.cross_entropy(model(noisy), labels[batch]) / 2).backward()
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad = hvd.allreduce(parameter.grad)
        for optimizer in optimizers:
            optimizer.step()
