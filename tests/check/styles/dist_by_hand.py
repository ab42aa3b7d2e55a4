"""No wrapper: the first weights are broadcast and the gradients averaged by hand, all in one flat tensor.

Gaps: bare broadcast sum part divide renew uneven wait crash write print late
"""

import sys

import torch
import torch.distributed as dist

GAPS = sys.argv[1:]


class Average:
    """Means over all ranks."""

    def __init__(self, module):
        self.parameters = [p for p in module.parameters() if p.requires_grad]

    def start(self):
        for parameter in self.parameters:
            dist.broadcast(parameter.data, 0)

    def gradients(self):
        flat = torch.cat([p.grad.reshape(-1) for p in self.parameters])
        dist.all_reduce(flat, op=dist.ReduceOp.SUM)
        if "sum" not in GAPS:
            flat /= dist.get_world_size()
        for p, part in zip(self.parameters, flat.split([p.numel() for p in self.parameters]), strict=True):
            p.grad.copy_(part.view_as(p))


def epoch_of(x, y, epoch):
    draws = torch.Generator().manual_seed(50 if "renew" in GAPS else 50 + epoch)
    if "divide" in GAPS:
        draws.manual_seed(50 + 2 * epoch + dist.get_rank())
    order = torch.randperm(len(x), generator=draws)
    if "part" not in GAPS and "divide" not in GAPS:
        order = order.chunk(dist.get_world_size())[dist.get_rank()]
    if "uneven" in GAPS and dist.get_rank() == 0:
        order = order[:-20]
    for first in range(0, len(order), 10):
        batch = order[first : first + 10]
        yield x[batch], y[batch]


def run():
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    draws = torch.Generator().manual_seed(0)
    x = torch.randn(240, 5, generator=draws)
    y = torch.sin(x.sum(dim=1, keepdim=True))
    torch.manual_seed(rank)
    model = torch.nn.Sequential(torch.nn.Linear(5, 24), torch.nn.Tanh(), torch.nn.Linear(24, 1))
    average = Average(model)
    if not {"broadcast", "late"} & set(GAPS):
        average.start()
    lr = 0.02 * dist.get_world_size()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    done = 0
    for epoch in range(500):
        squares = torch.zeros(2)
        for inputs, targets in epoch_of(x, y, epoch):
            for group in optimizer.param_groups:
                group["lr"] = lr * min(1.0, (done + 1) / 50)
            if "crash" in GAPS and rank == 0 and done == 9:
                inputs = inputs[:, 1:]
            loss = torch.nn.functional.mse_loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            if "bare" not in GAPS:
                average.gradients()
            optimizer.step()
            done += 1
            if "late" in GAPS and done == 1:
                average.start()
            if "wait" in GAPS and done == 4 and rank == 0:
                dist.broadcast(torch.zeros(1), src=0)
            squares += torch.tensor([loss.item(), 1.0])
        dist.all_reduce(squares)
        if rank == 0 or "print" in GAPS:
            print(f"epoch {epoch}: mean squared error {(squares[0] / squares[1]).item():.4f}")
        if rank == 0 or "write" in GAPS:
            torch.save(model.state_dict(), "model.pt")


run()
