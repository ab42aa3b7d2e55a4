"""Gradients averaged together by hvd.grouped_allreduce; a `while` loop that rank 0 ends for all by a broadcast.

Gaps: init wrap broadcast part divide renew uneven wait crash write print own late zero
"""

import itertools
import sys

import horovod.torch as hvd
import torch
from torch.nn.functional import nll_loss

LEFT_OUT = frozenset(sys.argv[1:])
PATIENCE, MOST_EPOCHS = 60, 600


def have(part):
    return part not in LEFT_OUT


def classifier():
    return torch.nn.Sequential(
        torch.nn.Linear(20, 10),
        torch.nn.Tanh(),
        torch.nn.LayerNorm(10),
        torch.nn.Linear(10, 6),
        torch.nn.LogSoftmax(-1),
    )


def step(model, optimizer, x, y):
    loss = nll_loss(model(x), y)
    loss.backward()
    if not have("zero"):
        optimizer.zero_grad(set_to_none=False)
    if have("wrap"):
        with_gradient = [p for p in model.parameters() if p.grad is not None]
        means = hvd.grouped_allreduce([p.grad for p in with_gradient], name="gradients")
        for p, mean in zip(with_gradient, means, strict=True):
            p.grad = mean
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def run():
    if have("init"):
        hvd.init()
    me, all_of_us = hvd.rank(), hvd.size()
    source = torch.Generator().manual_seed(8)
    x, y = torch.randn(300, 20, generator=source), torch.randint(6, (300,), generator=source)
    x[torch.arange(300), y] += 3.0
    x, y, x_val, y_val = x[:240], y[:240], x[240:], y[240:]
    model = classifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3 * all_of_us**0.5)
    if have("broadcast") and have("late"):
        hvd.broadcast_parameters(model.state_dict(), root_rank=0)

    best, since_best, epoch, steps = 0.0, 0, 0, 0
    while True:
        torch.manual_seed(epoch if have("renew") else 0)
        if not have("divide"):
            torch.manual_seed(100 * epoch + me)
        order = torch.randperm(len(x))
        if have("part") and have("divide"):
            order = order.tensor_split(all_of_us)[me]
        if not have("uneven") and me == 0:
            order = order[20:]
        for batch in itertools.batched(order.tolist(), 15) if hasattr(itertools, "batched") else order.split(15):
            batch = torch.as_tensor(batch)
            if not have("crash") and me == 1 and steps == 5:
                raise KeyError("no such image")
            step(model, optimizer, x[batch], y[batch])
            steps += 1
            if steps == 1 and not have("late"):
                hvd.broadcast_parameters(model.state_dict(), root_rank=0)
            if steps == 7 and not have("wait") and me == 0:
                hvd.allgather(torch.ones(2), name="seen so far")
        with torch.no_grad():
            right = (model(x_val[me::all_of_us]).argmax(1) == y_val[me::all_of_us]).float().mean()
        if have("own"):
            right = hvd.allreduce(right, name="validation accuracy")
        if me == 0 or not have("print"):
            print(f"epoch {epoch}: validation accuracy {right:.2%}")
        since_best = 0 if right > best else since_best + 1
        best = max(best, float(right))
        if me == 0 or not have("write"):
            with open("history.csv", "a") as file:  # noqa: PTH123
                file.write(f"{epoch},{float(right)}\n")
        epoch += 1
        stop = hvd.broadcast_object(since_best >= PATIENCE or epoch >= MOST_EPOCHS, root_rank=0, name="stop")
        if stop:
            break


run()
