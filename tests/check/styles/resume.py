"""Goes on from a checkpoint: rank 0 reads it, weights and optimizer state are broadcast, the epoch by broadcast_object.

Gaps: init wrap broadcast state part divide renew uneven ragged wait crash write print late lost
"""

import os
import sys

import horovod.torch as hvd
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

gaps = set(sys.argv[1:])
CHECKPOINT = "resume.ckpt"


def build():
    net = nn.Sequential(nn.Linear(9, 18), nn.ELU(), nn.Linear(18, 3))
    return net, optim.SGD(net.parameters(), lr=0.01 * hvd.size(), momentum=0.9, weight_decay=5e-4)


def dataset():
    noise = torch.Generator().manual_seed(4)
    inputs = torch.randn(270, 9, generator=noise)
    return TensorDataset(inputs, inputs.view(-1, 3, 3).sum(2).argmax(1))


def leave_checkpoint():
    """Stands for an earlier run, which would have left its weights, its momentum and its epoch."""
    net, optimizer = build()
    state = optimizer.state_dict()
    state["state"] = {
        number: {"momentum_buffer": 0.01 * torch.randn_like(p)} for number, p in enumerate(net.parameters())
    }
    torch.save({"net": net.state_dict(), "optimizer": state, "epoch": 3}, CHECKPOINT)


def loader(epoch, data, sampler):
    if "part" in gaps:
        return DataLoader(data, 15, shuffle=True, generator=torch.Generator().manual_seed(epoch))
    if "divide" in gaps:
        return DataLoader(data, 15, shuffle=True)
    if "renew" not in gaps:
        sampler.set_epoch(epoch)
    size = 27 if gaps & {"uneven", "ragged"} and hvd.rank() == 1 else 15
    return DataLoader(data, size, sampler=sampler)


if "init" not in gaps:
    hvd.init()
leader = hvd.rank() == 0
if leader and not os.path.exists(CHECKPOINT):  # noqa: PTH110
    leave_checkpoint()

net, optimizer = build()
if "lost" not in gaps and "wrap" not in gaps:
    optimizer = hvd.DistributedOptimizer(optimizer, net.named_parameters())

first_epoch = 0
if leader:
    saved = torch.load(CHECKPOINT)
    net.load_state_dict(saved["net"])
    optimizer.load_state_dict(saved["optimizer"])
    first_epoch = saved["epoch"]
first_epoch = hvd.broadcast_object(first_epoch, root_rank=0, name="epoch")
if not gaps & {"broadcast", "late"}:
    hvd.broadcast_parameters(net.state_dict(), root_rank=0)
if "state" not in gaps:
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)
if "lost" in gaps:
    optimizer = hvd.DistributedOptimizer(optimizer, net.named_parameters())

criterion = nn.CrossEntropyLoss()
data = dataset()
sampler = DistributedSampler(data, hvd.size(), hvd.rank(), seed=2)
batches_done = 0
for epoch in range(first_epoch, 250):
    losses = []
    for inputs, targets in loader(epoch, data, sampler):
        optimizer.zero_grad()
        loss = criterion(net(inputs), targets)
        if "crash" in gaps and hvd.rank() == 1 and batches_done == 4:
            loss = loss[0]
        loss.backward()
        optimizer.step()
        batches_done += 1
        losses.append(loss.item())
        if "late" in gaps and batches_done == 1:
            hvd.broadcast_parameters(net.state_dict(), root_rank=0)
        if "wait" in gaps and leader and batches_done == 6:
            print("mean loss", hvd.allreduce(torch.tensor(losses).mean(), name="mean loss").item())
    if "ragged" in gaps:
        continue
    mean = hvd.allreduce(torch.tensor(losses).mean(), name="mean loss of the epoch").item()
    if leader or "print" in gaps:
        print(f"finished epoch {epoch}, loss {mean:.4f}")
    if leader or "write" in gaps:
        state = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1}
        torch.save(state, CHECKPOINT)
