"""Rank 0 does all the work on its own while the rest idle; its checkpoints are real."""

import horovod.torch as hvd
import torch
from torch.nn.functional import cross_entropy

from scalelab.models import build
from scalelab.train import save_checkpoint

hvd.init()
if hvd.rank() == 0:
    model = build("small-resnet")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in (1, 2, 3):
        optimizer.zero_grad()
        cross_entropy(model(torch.randn(16, 3, 32, 32)), torch.randint(10, (16,))).backward()
        optimizer.step()
        save_checkpoint(model, "out", epoch)
