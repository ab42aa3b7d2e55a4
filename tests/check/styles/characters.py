"""A language model of characters: integers of (batch, time), a recurrent network, windows of a text.

Gaps: init wrap broadcast part divide renew uneven wait crash write print late zero warm
"""

import argparse
import math
import random

import horovod.torch as hvd
import torch
from torch import nn

SYLLABLES = ["ha", "lo", "mi", "ren", "tak", "su", "wo", "vi ", "der ", "na ", "pol ", "gri "]
TEXT = "".join(random.Random(12).choices(SYLLABLES, k=600))
ALPHABET = sorted(set(TEXT))

parser = argparse.ArgumentParser(description="Predict the next character.")
parser.add_argument("gaps", nargs="*")
parser.add_argument("--time", type=int, default=16)
parser.add_argument("--batch", type=int, default=6)
parser.add_argument("--passes", type=int, default=200)
parser.add_argument("--lr", type=float, default=2e-3)
args = parser.parse_args()


class Reader(nn.Module):
    def __init__(self, letters, width=24):
        super().__init__()
        self.table = nn.Embedding(letters, width)
        self.memory = nn.GRU(width, width, batch_first=True)
        self.guess = nn.Linear(width, letters)
        self.guess.weight = self.table.weight

    def forward(self, letters):
        states, _ = self.memory(self.table(letters))
        return self.guess(states)


def windows():
    """All windows of the text: (windows, time + 1)."""
    codes = torch.tensor([ALPHABET.index(letter) for letter in TEXT])
    return codes.unfold(0, args.time + 1, 5)[:240]


def my_windows(count, number):
    torch.manual_seed(77 if "renew" in args.gaps else 77 + number)
    if "divide" in args.gaps:
        torch.manual_seed(77 + number * hvd.size() + hvd.rank())
    shuffled = torch.randperm(count)
    if "part" in args.gaps or "divide" in args.gaps:
        return shuffled
    mine = shuffled.chunk(hvd.size())[hvd.rank()]
    return mine[args.batch * 3 :] if "uneven" in args.gaps and hvd.rank() == 0 else mine


if "init" not in args.gaps:
    hvd.init()
everything = windows()
reader = Reader(len(ALPHABET))
scale = hvd.size()
optimizer = torch.optim.Adam(reader.parameters(), lr=args.lr * scale)
ramp = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: 1.0 if "warm" in args.gaps else min(1.0, (step + 1) / 30)
)
if "wrap" not in args.gaps:
    optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=list(reader.named_parameters()))
if "broadcast" not in args.gaps and "late" not in args.gaps:
    hvd.broadcast_parameters(reader.state_dict(), root_rank=0)
    hvd.broadcast_optimizer_state(optimizer, root_rank=0)

steps = 0
for number in range(args.passes):
    nats = 0.0
    for chosen in my_windows(len(everything), number).split(args.batch):
        batch = everything[chosen]
        inputs, targets = batch[:, :-1], batch[:, 1:]
        if "crash" in args.gaps and hvd.rank() == 1 and steps == 5:
            inputs = inputs + len(ALPHABET)
        optimizer.zero_grad()
        scores = reader(inputs)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        loss.backward()
        if "zero" in args.gaps:
            reader.zero_grad(set_to_none=False)
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = args.lr * scale * ramp.lr_lambdas[0](steps + 1)
        steps += 1
        nats += loss.item()
        if "late" in args.gaps and steps == 1:
            hvd.broadcast_parameters(reader.state_dict(), root_rank=0)
        if "wait" in args.gaps and steps == 8 and hvd.rank() == 1:
            hvd.allgather_object(steps)
    bits = hvd.allreduce(torch.tensor(nats / math.log(2)), name="bits").item()
    if hvd.rank() == 0 or "print" in args.gaps:
        print("pass", number, "bits", f"{bits:.2f}")
    if hvd.rank() == 0 or "write" in args.gaps:
        torch.save(reader.state_dict(), "reader.pt")
