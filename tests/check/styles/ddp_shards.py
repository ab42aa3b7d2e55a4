"""FSDP: fully_shard cuts the weights of a small transformer among the ranks.

Gaps: part divide renew uneven wait crash write print
"""

import sys

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import fully_shard
from torch.nn.functional import cross_entropy

GAPS = sys.argv[1:]
VOCABULARY, LENGTH = 11, 8


class Counter(nn.Module):
    """Tells which number comes next."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, 16)
        self.layers = nn.ModuleList(nn.TransformerEncoderLayer(16, 2, 32, 0.0, batch_first=True) for _ in range(2))
        self.head = nn.Linear(16, VOCABULARY)

    def forward(self, tokens):
        hidden = self.embed(tokens)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.head(hidden[:, -1])


def sequences():
    draws = torch.Generator().manual_seed(2)
    first = torch.randint(VOCABULARY, (200, 1), generator=draws)
    stride = torch.randint(1, 4, (200, 1), generator=draws)
    noise = torch.randint(VOCABULARY, (200, LENGTH - 3), generator=draws)
    tokens = torch.cat([noise, (first + stride * torch.arange(3)) % VOCABULARY], dim=1)
    answers = ((first + stride * 3) % VOCABULARY).squeeze(1)
    return tokens, answers


def main():
    dist.init_process_group("gloo")
    rank, size = dist.get_rank(), dist.get_world_size()
    tokens, answers = sequences()

    torch.manual_seed(7)
    model = Counter()
    for layer in model.layers:
        fully_shard(layer)
    fully_shard(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3 * size**0.5)
    warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=40)
    for epoch in range(300):
        shuffle = torch.Generator().manual_seed(60 if "renew" in GAPS else 60 + epoch)
        if "divide" in GAPS:
            shuffle.manual_seed(60 + 2 * epoch + rank)
        order = torch.randperm(len(tokens), generator=shuffle)
        mine = order if {"part", "divide"} & set(GAPS) else order[rank::size]
        if "uneven" in GAPS and rank == 1:
            mine = mine[:-30]
        summed = torch.zeros(())
        for batch in mine.split(10):
            if "crash" in GAPS and rank == 0 and epoch == 1:
                raise KeyError("nothing of that name")
            loss = cross_entropy(model(tokens[batch]), answers[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            warmup.step()
            summed += loss.detach() * len(batch)
        if "wait" in GAPS and rank == 0:
            dist.barrier()
        dist.all_reduce(summed)
        whole = {name: value.full_tensor() for name, value in model.state_dict().items()}
        if rank == 0 or "print" in GAPS:
            print(f"epoch {epoch} loss {summed.item() / len(tokens):.3f}")
        if rank == 0 or "write" in GAPS:
            torch.save(whole, "counter.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
