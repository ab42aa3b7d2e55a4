"""From top to bottom without a function: all ranks shuffle alike, and each takes every size-th image.

Gaps: init wrap broadcast part divide renew uneven ragged wait crash write print own late lost zero twice
"""

import sys

import horovod.torch as hvd
import torch
import torch.nn.functional as F

gaps = set(sys.argv[1:])
rank, size = 0, 1
if "init" not in gaps:
    hvd.init()
    rank, size = hvd.rank(), hvd.size()
    torch.set_num_threads(1)

draws = torch.Generator().manual_seed(3)
images = torch.randn(288, 1, 6, 6, generator=draws)
labels = (images[:, 0, 0, 0] > 0).long() + (images[:, 0, 5, 5] > 0).long() * 2
validation, validation_labels = images[:96], labels[:96]
images, labels = images[96:], labels[96:]

model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(144, 4)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05 * size, momentum=0.9)
if "lost" in gaps:  # a first step on a few images, so that there is momentum to lose
    F.cross_entropy(model(images[:8]), labels[:8]).backward()
    optimizer.step()
if not gaps & {"init", "wrap"}:
    optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())
if not gaps & {"init", "broadcast", "late"}:
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)

steps = 0
for epoch in range(500):
    shuffle = torch.Generator()
    shuffle.manual_seed(17 if "renew" in gaps else 17 + epoch)
    if "divide" in gaps:
        shuffle.manual_seed(1000 * epoch + rank)
    order = torch.randperm(len(images), generator=shuffle)
    if not gaps & {"part", "divide"}:
        order = order[rank::size]
    if gaps & {"uneven", "ragged"} and rank == size - 1:
        order = order[:-16]
    for first in range(0, len(order), 16):
        mine = order[first : first + 16]
        if "crash" in gaps and steps == 4 and rank == size - 1:
            labels[mine[0]] = 7
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[mine]), labels[mine])
        loss.backward()
        if "twice" in gaps:
            for p in model.parameters():
                p.grad = hvd.allreduce(p.grad)
        if "zero" in gaps:
            model.zero_grad()
        optimizer.step()
        steps += 1
        if "late" in gaps and steps == 1:
            hvd.broadcast_parameters(model.state_dict(), root_rank=0)
        if "wait" in gaps and rank == 0 and steps == 4:
            loss = hvd.allreduce(loss.detach(), name="loss so far")
    if "ragged" in gaps:
        continue
    with torch.no_grad():
        part = slice(rank, None, size)
        right = (model(validation[part]).argmax(1) == validation_labels[part]).sum().float() / len(validation[part])
    if not gaps & {"init", "own"}:
        right = hvd.allreduce(right, name="accuracy")
    if rank == 0 or "print" in gaps:
        print(f"epoch {epoch:3d}  validation accuracy {right.item():.3f}")
    if rank == 0 or "write" in gaps:
        torch.save(model.state_dict(), "plain.pt")
