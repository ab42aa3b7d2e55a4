"""Twenty steps of a network without batch norm, on the same 64 images a step however many ranks share them.

twenty_steps.py OUT
"""

import sys

import horovod.torch as hvd
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition

EFFECTIVE_BATCH_SIZE, IMAGES = 64, 640

hvd.init()
torch.manual_seed(0)
X, y = torch.randn(IMAGES, 3, 32, 32), torch.randint(10, (IMAGES,))

torch.manual_seed(hvd.rank())  # a missing broadcast must show
model = nn.Sequential(
    nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
hvd.broadcast_parameters(model.state_dict(), root_rank=0)
hvd.broadcast_optimizer_state(optimizer, root_rank=0)

steps = 0
for epoch in range(2):
    indices = partition(IMAGES, hvd.rank(), hvd.size(), epoch, seed=0)
    for batch in batches(indices, EFFECTIVE_BATCH_SIZE // hvd.size()):
        optimizer.zero_grad()
        cross_entropy(model(X[batch]), y[batch]).backward()
        optimizer.step()
        steps += 1
assert steps == 20

save_file(model.state_dict(), f"{sys.argv[1]}/rank-{hvd.rank()}.safetensors")
