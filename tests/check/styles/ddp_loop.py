"""torch's DistributedDataParallel around a small network with batch norm, in one function; the data are cut by hand.

Gaps: init bare module no_sync sum part divide renew uneven wait crash write print own zero twice
"""

import contextlib
import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel as DDP

gaps = set(sys.argv[1:])


def blobs(count=288):
    draws = torch.Generator().manual_seed(8)
    points = torch.randn(count, 10, generator=draws)
    return points, (points[:, :3].sum(dim=1) > 0).long() + (points[:, 4] > 0.5).long()


def summed(_, bucket):
    """In the place of how DDP averages."""
    return dist.all_reduce(bucket.buffer(), async_op=True).get_future().then(lambda future: future.value()[0])


def count_right(net, X, y):
    net.eval()
    with torch.no_grad():
        right = (net(X).argmax(dim=1) == y).sum()
    return torch.stack([right, torch.tensor(len(y))]).double()


def build(world_size):
    net = nn.Sequential(nn.Linear(10, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
    if "bare" in gaps:
        for parameter in net.state_dict().values():
            dist.broadcast(parameter, src=0)
    else:
        net = DDP(net)
    if "sum" in gaps:
        net.register_comm_hook(None, summed)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.03 * world_size, momentum=0.9)
    return net, optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=40)


def main():
    rank, world_size = 0, 2
    if "init" not in gaps:
        dist.init_process_group("gloo")
        rank, world_size = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(100 + rank)
    X, y = blobs()
    X, y, X_validation, y_validation = X[:192], y[:192], X[192:], y[192:]

    net, optimizer, schedule = build(world_size)
    for epoch in range(400):
        shuffle = torch.Generator().manual_seed(3 if "renew" in gaps else epoch)
        if "divide" in gaps:
            shuffle.manual_seed(1000 * epoch + rank)
        order = torch.randperm(len(X), generator=shuffle)
        if not gaps & {"part", "divide"}:
            order = order[rank::world_size]
        if "uneven" in gaps and rank == 1:
            order = order[:-24]
        net.train()
        for step, batch in enumerate(order.split(12)):
            if "crash" in gaps and rank == 1 and epoch == 1:
                raise OSError("the disk is gone")
            optimizer.zero_grad()
            with net.no_sync() if "no_sync" in gaps else contextlib.nullcontext():
                outputs = net.module(X[batch]) if "module" in gaps else net(X[batch])
                loss = cross_entropy(outputs, y[batch])
                loss.backward()
            if "zero" in gaps:
                optimizer.zero_grad()
            if "twice" in gaps:
                for parameter in net.parameters():
                    dist.all_reduce(parameter.grad)
                    parameter.grad /= world_size
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            if "wait" in gaps and rank == 0 and step == 3:
                dist.barrier()
        bare = net if "bare" in gaps else net.module
        counts = count_right(bare, X_validation[rank::world_size], y_validation[rank::world_size])
        if "own" not in gaps:
            dist.all_reduce(counts)
        if rank == 0 or "print" in gaps:
            print(f"{epoch}: {counts[0] / counts[1]:.3f}")
        if rank == 0 or "write" in gaps:
            torch.save(bare.state_dict(), "net.pt")
    dist.destroy_process_group()


main()
