"""No wrapped optimizer: after backward, each gradient is averaged by hvd.allreduce, and Adam steps.

Gaps: wrap broadcast part divide renew uneven ragged wait crash write print late zero
"""

import random
import sys

import horovod.torch as hvd
import torch

gaps = sys.argv[1:]


class MLP(torch.nn.Module):
    def __init__(self, inputs=8, hidden=16, classes=4):
        super().__init__()
        self.first = torch.nn.Linear(inputs, hidden)
        self.second = torch.nn.Linear(hidden, classes)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


def average_gradients(model):
    """Replace each gradient by its mean over the ranks."""
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            parameter.grad.data = hvd.allreduce(parameter.grad.data, name=f"grad.{name}", op=hvd.Average)


def same_start(model):
    for name, tensor in model.state_dict().items():
        tensor.copy_(hvd.broadcast(tensor, root_rank=0, name=f"start.{name}"))


def epoch_of_batches(count, epoch, batch_size=12):
    numbers = list(range(count))
    if "divide" in gaps:
        random.Random(f"{epoch} {hvd.rank()}").shuffle(numbers)
    else:
        random.Random(99 if "renew" in gaps else epoch).shuffle(numbers)
    if "part" not in gaps and "divide" not in gaps:
        numbers = numbers[hvd.rank() :: hvd.size()]
    if ("uneven" in gaps or "ragged" in gaps) and hvd.rank() == 0:
        numbers = numbers[: len(numbers) - batch_size]
    return [numbers[i : i + batch_size] for i in range(0, len(numbers), batch_size)]


hvd.init()
xs = torch.randn(240, 8, generator=torch.Generator().manual_seed(0))
ys = (xs[:, :2] > 0).long() @ torch.tensor([1, 2])
net = MLP()
adam = torch.optim.Adam(net.parameters(), lr=1e-3 * hvd.size())
if "broadcast" not in gaps and "late" not in gaps:
    same_start(net)

step = 0
for epoch in range(400):
    total = torch.zeros(2)
    for batch in epoch_of_batches(len(xs), epoch):
        if "crash" in gaps and hvd.rank() == 1 and step == 6:
            batch = [*batch, len(xs) + 1]
        adam.zero_grad()
        outputs = net(xs[batch])
        loss = torch.nn.functional.cross_entropy(outputs, ys[batch])
        loss.backward()
        if "zero" in gaps:
            adam.zero_grad()
        if "wrap" not in gaps:
            average_gradients(net)
        adam.step()
        step += 1
        if "late" in gaps and step == 1:
            same_start(net)
        if "wait" in gaps and hvd.rank() == 1 and step == 5:
            hvd.broadcast_object({"loss": loss.item()}, root_rank=1)
        total += torch.tensor([loss.item() * len(batch), len(batch)])
    if "ragged" in gaps:
        continue
    total = hvd.allreduce(total, op=hvd.Sum, name="epoch")
    if hvd.rank() == 0 or "print" in gaps:
        print("epoch", epoch, "loss", round(float(total[0] / total[1]), 4))
    if hvd.rank() == 0 or "write" in gaps:
        with open("net.pt", "wb") as file:  # noqa: PTH123
            torch.save(net.state_dict(), file)
