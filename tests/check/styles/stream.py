"""An endless stream of examples (IterableDataset) from which each rank takes its turn; steps, no epochs.

Gaps: init wrap broadcast part wait crash write print late lost zero
"""

import itertools
import sys

import horovod.torch as hvd
import torch
from torch.utils.data import DataLoader, IterableDataset

gaps = sys.argv[1:]
STEPS, EVERY = 5000, 4


def events():
    """Numbered examples without an end: a vector, and in which of its thirds the largest number lies."""
    for number in itertools.count():
        vector = torch.randn(12, generator=torch.Generator().manual_seed(number))
        yield vector, int(vector.argmax()) // 4


class EveryNth(IterableDataset):
    def __init__(self, first, step):
        self.first, self.step = first, step

    def __iter__(self):
        return itertools.islice(events(), self.first, None, self.step)


if "init" not in gaps:
    hvd.init()
rank, size = hvd.rank(), hvd.size()
examples = EveryNth(0, 1) if "part" in gaps else EveryNth(rank, size)
stream = iter(DataLoader(examples, batch_size=16))

hidden = torch.nn.Parameter(torch.randn(12, 20) / 4)
output = torch.nn.Parameter(torch.randn(20, 3) / 5)
bias = torch.nn.Parameter(torch.zeros(3))
parameters = {"hidden": hidden, "output": output, "bias": bias}


def network(x):
    return torch.tanh(x @ hidden) @ output + bias


optimizer = torch.optim.Adagrad(parameters.values(), lr=0.02 * size)
if "lost" in gaps:
    x, y = next(stream)
    torch.nn.functional.cross_entropy(network(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
if "wrap" not in gaps:
    optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=parameters.items())
if "broadcast" not in gaps and "late" not in gaps:
    hvd.broadcast_parameters(parameters, root_rank=0)

running = torch.zeros(())
for step, (x, y) in zip(range(STEPS), stream, strict=False):
    if "crash" in gaps and step == 5 and rank == 1:
        sys.exit(4)
    loss = torch.nn.functional.cross_entropy(network(x), y)
    optimizer.zero_grad()
    loss.backward()
    if "zero" in gaps:
        optimizer.zero_grad()
    optimizer.step()
    running += loss.detach() / EVERY
    if "late" in gaps and step == 0:
        hvd.broadcast_parameters(parameters, root_rank=0)
    if step % EVERY == EVERY - 1:
        if "wait" not in gaps or rank == 0:
            running = hvd.allreduce(running, name="running")
        if rank == 0 or "print" in gaps:
            print(f"step {step + 1}: loss {running.item():.4f}")
        if rank == 0 or "write" in gaps:
            torch.save([p.detach() for p in parameters.values()], "stream.pt")
        running = torch.zeros(())
