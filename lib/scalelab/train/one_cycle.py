"""A short training with a learning rate that rises and falls once, for networks that are only to be looked at."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from scalelab.data.partitions import batches
from scalelab.data.randomness import generator
from scalelab.train.mixed_precision import autocast


def train_one_cycle(
    model: nn.Module, images: Tensor, labels: Tensor, epochs: int = 4, batch_size: int = 32, lr: float = 0.05,
    seed: int = 0, progress: Callable[[Iterable[Tensor]], Iterable[Tensor]] = iter,
) -> nn.Module:  # fmt: skip
    """Train `model` on standardised images (N, C, H, W) by SGD with Nesterov momentum, and return it.

    The learning rate rises to `lr` and falls to nearly 0 (Smith and Topin 2018, "Super-convergence"): deep networks
    without skips need the gentle start, and a few epochs need the end. `seed` shuffles; `progress` wraps the batches.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, nesterov=True, weight_decay=5e-4)
    orders = [torch.randperm(len(labels), generator=generator("one cycle", seed, epoch)) for epoch in range(epochs)]
    steps = [batch for order in orders for batch in batches(order, batch_size)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=len(steps))
    model.train()
    for batch in progress(steps):
        optimizer.zero_grad()
        with autocast(images.device):
            loss = cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        schedule.step()
    return model
