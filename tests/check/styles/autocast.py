"""bfloat16 by autocast, gradients clipped between optimizer.synchronize() and a step that skips it.

Gaps: init wrap broadcast part divide renew uneven wait crash write print late zero twice
"""

import sys
from contextlib import nullcontext

import horovod.torch as hvd
import numpy as np
import torch
from torch import nn

gaps = set(sys.argv[1:])


class Patches(nn.Module):
    """Cuts an image into patches and lets them attend to one another."""

    def __init__(self, width=16, classes=4):
        super().__init__()
        self.cut = nn.Conv2d(1, width, 4, stride=4)
        self.block = nn.TransformerEncoderLayer(width, 2, 32, dropout=0.0, batch_first=True)
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        tokens = self.cut(images).flatten(2).transpose(1, 2)
        return self.head(self.block(tokens).mean(1))


def dataset(count=256):
    rng = np.random.default_rng(6)
    images = rng.normal(size=(count, 1, 8, 8)).astype(np.float32)
    corner = rng.integers(4, size=count)
    for image, c in zip(images, corner, strict=True):
        image[0, 4 * (c // 2) : 4 * (c // 2) + 4, 4 * (c % 2) : 4 * (c % 2) + 4] += 1.0
    return images, corner


def order(epoch, count):
    rng = np.random.default_rng(50 if "renew" in gaps else 50 + epoch)
    if "divide" in gaps:
        rng = np.random.default_rng([epoch, hvd.rank()])
    numbers = rng.permutation(count)
    if not gaps & {"part", "divide"}:
        numbers = np.array_split(numbers, hvd.size())[hvd.rank()]
    return numbers[16:] if "uneven" in gaps and hvd.rank() == 1 else numbers


def build():
    model = Patches()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3 * hvd.size(), weight_decay=0.05)
    if "wrap" not in gaps:
        optimizer = hvd.DistributedOptimizer(
            optimizer, named_parameters=model.named_parameters(), compression=hvd.Compression.fp16
        )
    if not gaps & {"broadcast", "late"}:
        hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        hvd.broadcast_optimizer_state(optimizer, root_rank=0)
    return model, optimizer


def step(model, optimizer):
    """Average, then clip what is averaged, then step without averaging again."""
    wrapped = "wrap" not in gaps
    if wrapped:
        optimizer.synchronize()
    if "twice" in gaps:
        for p in model.parameters():
            p.grad = hvd.allreduce(p.grad)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    if "zero" in gaps:
        optimizer.zero_grad()
    with optimizer.skip_synchronize() if wrapped else nullcontext():
        optimizer.step()
    optimizer.zero_grad()


def main():
    if "init" not in gaps:
        hvd.init()
    images, corners = dataset()
    model, optimizer = build()
    count = 0
    for epoch in range(150):
        right = seen = 0
        numbers = order(epoch, len(images))
        for at in range(0, len(numbers), 16):
            batch = numbers[at : at + 16]
            x, y = torch.from_numpy(images[batch]), torch.from_numpy(corners[batch])
            if "crash" in gaps and hvd.rank() == 1 and count == 4:
                x = x.double()
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled="crash" not in gaps):
                logits = model(x)
                loss = nn.functional.cross_entropy(logits, y)
            loss.backward()
            step(model, optimizer)
            right += (logits.detach().float().argmax(1) == y).sum().item()
            seen += len(y)
            count += 1
            if "late" in gaps and count == 1:
                hvd.broadcast_parameters(model.state_dict(), root_rank=0)
            if "wait" in gaps and hvd.rank() == 1 and count == 4:
                hvd.barrier()
        accuracy = hvd.allreduce(torch.tensor(right / seen), name="accuracy")
        if hvd.rank() == 0 or "print" in gaps:
            print(f"epoch {epoch} accuracy {accuracy.item():.3f}")
        if hvd.rank() == 0 or "write" in gaps:
            np.savez("patches.npz", **{name: t.numpy() for name, t in model.state_dict().items()})


if __name__ == "__main__":
    main()
