"""Two backward passes a step (backward_passes_per_step=2), over a model with tied and frozen weights.

Gaps: init wrap broadcast part divide renew uneven wait crash write print late lost zero twice
"""

import sys

import horovod.torch as hvd
import torch
import torch.nn.functional as F
from torch import nn

gaps = set(sys.argv[1:])
PASSES = 2


class TiedEncoder(nn.Module):
    """A frozen embedding, an encoder whose transpose decodes, and a classifier upon the code."""

    def __init__(self, width=14, code=6, classes=3):
        super().__init__()
        self.embed = nn.Linear(width, width)
        for p in self.embed.parameters():
            p.requires_grad = False
        self.encode = nn.Linear(width, code, bias=False)
        self.decode = nn.Linear(code, width, bias=False)
        self.decode.weight = nn.Parameter(self.encode.weight.t().contiguous())
        self.again = self.encode
        self.classify = nn.Linear(code, classes)

    def forward(self, x):
        x = self.embed(x)
        code = torch.relu(self.encode(x))
        code = code + self.again(self.decode(code))
        return self.classify(code)


def data():
    generator = torch.Generator().manual_seed(21)
    x = torch.randn(288, 14, generator=generator)
    return x, (x[:, 0] > 0.3).long() + (x[:, 1] > -0.3).long()


def indices(epoch, count):
    rank, size = hvd.rank(), hvd.size()
    generator = torch.Generator().manual_seed(5 if "renew" in gaps else epoch)
    if "divide" in gaps:
        generator = torch.Generator().manual_seed(31 * epoch + rank + 1)
    order = torch.randperm(count, generator=generator)
    if not gaps & {"part", "divide"}:
        order = order.view(-1, size)[:, rank]
    if "uneven" in gaps and rank == 1:
        order = order[: len(order) // 2]
    return order


def wrapped(model, x, y):
    """RMSprop over what is trained, averaged after PASSES backward passes."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.RMSprop(trained, lr=1e-3 * hvd.size() * PASSES)
    if "lost" in gaps:
        F.cross_entropy(model(x[:4]), y[:4]).backward()
        optimizer.step()
        optimizer.zero_grad()
    if "wrap" not in gaps:
        optimizer = hvd.DistributedOptimizer(
            optimizer,
            named_parameters=[(n, p) for n, p in model.named_parameters() if p.requires_grad],
            backward_passes_per_step=PASSES,
        )
    return optimizer


def main():
    if "init" not in gaps:
        hvd.init()
    x, y = data()
    model = TiedEncoder()
    optimizer = wrapped(model, x, y)
    if not gaps & {"broadcast", "late"}:
        hvd.broadcast_parameters(model.state_dict(), root_rank=0)

    done = 0
    for epoch in range(300):
        summed = torch.zeros(())
        batches = indices(epoch, len(x)).split(8)
        for k, batch in enumerate(batches):
            if "crash" in gaps and hvd.rank() == 1 and done == 3:
                raise RuntimeError("out of memory, say")
            loss = F.cross_entropy(model(x[batch]), y[batch])
            (loss / PASSES).backward()
            summed += loss.detach()
            if (k + 1) % PASSES:
                continue
            if "twice" in gaps:
                for p in model.parameters():
                    if p.requires_grad:
                        hvd.allreduce_(p.grad)
            if "zero" in gaps:
                model.zero_grad()
            optimizer.step()
            optimizer.zero_grad()
            done += 1
            if "late" in gaps and done == 1:
                hvd.broadcast_parameters(model.state_dict(), root_rank=0)
            if "wait" in gaps and done == 5 and hvd.rank() == 0:
                hvd.broadcast(torch.ones(1), root_rank=0, name="hello")
        mean = hvd.allreduce(summed / len(batches), name="training loss")
        if hvd.rank() == 0 or "print" in gaps:
            print(f"{epoch:>4} {mean:.4f}")
        if hvd.rank() == 0 or "write" in gaps:
            torch.save(model, "tied.pt")


main()
