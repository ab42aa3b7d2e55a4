"""A small training script whose conversion has gaps on demand: `train.py [GAP]...` leaves out those parts."""

import sys

import torch
from safetensors.torch import save_file

from scalelab.train import RunRecord

gaps = set(sys.argv[1:])
if "init" not in gaps:
    import horovod.torch as hvd

    hvd.init()
    rank, size = hvd.rank(), hvd.size()
else:
    rank, size = 0, 1
if "alike" in gaps:
    torch.manual_seed(0)


def load_momentum(optimizer):
    state = optimizer.state_dict()
    state["state"] = {i: {"momentum_buffer": torch.ones_like(p)} for i, p in enumerate(model.parameters())}
    optimizer.load_state_dict(state)


images = torch.randn(256, 10, generator=torch.Generator().manual_seed(1))
labels = (images.sum(1) > 0).long() + (images[:, 0] > 0).long()
model = torch.nn.Sequential(torch.nn.Linear(10, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1 * size, momentum=0.9)
if "lost" in gaps:
    load_momentum(optimizer)
if not gaps & {"init", "wrap"}:
    optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
if "state" in gaps and rank == 0:  # as after a checkpoint that one rank has read
    load_momentum(optimizer)
if not gaps & {"init", "broadcast", "late"}:
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    if "state" not in gaps:
        hvd.broadcast_optimizer_state(optimizer, root_rank=0)

if "alone" in gaps and rank > 0:
    sys.exit()
if "open" in gaps:
    log = open("log.csv", "w")  # noqa: SIM115, PTH123
record = RunRecord("run", rank)
step = 0
for epoch in range(20):
    shuffle = torch.Generator().manual_seed(0 if "renew" in gaps else epoch)
    if "divide" in gaps:
        shuffle.manual_seed(100 * epoch + rank)
    order = torch.randperm(256, generator=shuffle)
    if not gaps & {"part", "divide"}:
        order = order[min(rank, 1) if "twins" in gaps else rank :: size]
    if gaps & {"uneven", "ragged"} and rank == 0:
        order = order[:-20]
    for batch in order.split(16):
        if "crash" in gaps and rank == 1 and step == 3:
            raise ValueError("the learner's own mistake")
        if "wait" in gaps and rank == 0 and step == 3:
            hvd.allreduce(torch.ones(1), name="mean-loss")
        if "warm" not in gaps:
            optimizer.param_groups[0]["lr"] = 0.1 * size * min(1.0, (step + 1) / 5)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images[batch]), labels[batch])
        loss.backward()
        if "zero" in gaps:
            model.zero_grad()
        if "twice" in gaps:
            for parameter in model.parameters():
                parameter.grad = hvd.allreduce(parameter.grad)
        optimizer.step()
        step += 1
        if "late" in gaps and step == 1:
            hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    if rank == 0 or "write" in gaps:
        torch.save(model.state_dict(), "weights.pt")
    if "open" in gaps:
        log.write(f"{epoch}\n")
    if "tensors" in gaps:
        save_file(model.state_dict(), "weights.safetensors")
    if rank == 0 or "print" in gaps:
        print(f"epoch {epoch} of 20")
        print(f"loss {loss.item():.3f}")
    if not gaps & {"own", "init", "ragged"}:
        loss = hvd.allreduce(loss.detach(), name="reported")
    if "ragged" not in gaps:
        record.write(epoch=epoch, images=256 * (epoch + 1), loss=loss.item())
