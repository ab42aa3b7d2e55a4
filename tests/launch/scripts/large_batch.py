"""A network with batch norm over all ranks, trained by each layer-wise optimizer with a batch that grows.

    large_batch.py OUT

The images of a step are the same however many ranks share them, so the weights have to be.
"""

import sys

import horovod.torch as hvd
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.data import batches, partition
from scalelab.models.rank_norm import RankBatchNorm2d
from scalelab.optim import LAMB, LARC, LARS, NovoGrad, exclude, grow_batch

IMAGES = 256
MAKE = {"LARS": LARS, "LARC": LARC, "LAMB": LAMB, "NovoGrad": NovoGrad}
RATES = {"LARS": 1.0, "LARC": 0.01, "LAMB": 0.003, "NovoGrad": 0.003}

hvd.init()
torch.manual_seed(0)
X, y = 3 + torch.randn(IMAGES, 3, 16, 16), torch.randint(10, (IMAGES,))
growth = grow_batch(32 // hvd.size(), at=[1], factor=2)


def sum_over_ranks(x):
    return hvd.allreduce(x, op=hvd.Sum, name=f"norm.{len(x)}")


def train(name):
    torch.manual_seed(hvd.rank())  # a missing broadcast must show
    # No bias before a norm: its gradient is nothing but rounding, which LAMB and NovoGrad would make a step of.
    model = nn.Sequential(
        *(nn.Conv2d(3, 8, 3, bias=False), RankBatchNorm2d(8, sum_over_ranks), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(8 * 14 * 14, 10)),
    )
    optimizer = MAKE[name](exclude(model, 1e-3), lr=RATES[name])
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    steps = 0
    for epoch in range(2):
        batch_size, _ = growth(epoch)
        for batch in batches(partition(IMAGES, hvd.rank(), hvd.size(), epoch, seed=0), batch_size):
            optimizer.zero_grad()
            cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
            steps += 1
    assert steps == 8 + 4
    return model.state_dict()


for name in MAKE:
    save_file(train(name), f"{sys.argv[1]}/{name}-{hvd.rank()}.safetensors")
