"""A generator and a discriminator, each with its own wrapped optimizer, taking turns.

Gaps: init wrap broadcast part divide renew uneven ragged wait crash write print late lost twice
"""

import sys

import horovod.torch as hvd
import torch
from torch import nn

gaps = set(sys.argv[1:])
NOISE = 4


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(NOISE, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2))

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, x):
        return self.net(x).squeeze(1)


def ring(count):
    """Points on a circle, (count, 2)."""
    draws = torch.Generator().manual_seed(2)
    angle = 6.2832 * torch.rand(count, generator=draws)
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(count, 2, generator=draws)


def make_optimizer(network, prefix):
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3 * hvd.size(), betas=(0.5, 0.999))
    if "lost" in gaps:
        for p in network.parameters():
            p.grad = torch.ones_like(p)
        optimizer.step()
    if "wrap" in gaps and prefix == "d":
        return optimizer
    names = [(f"{prefix}.{name}", p) for name, p in network.named_parameters()]
    return hvd.DistributedOptimizer(optimizer, named_parameters=names)


def share(*networks):
    for network in networks:
        hvd.broadcast_parameters(network.state_dict(), root_rank=0)


def by_hand(network):
    """As if nobody averaged yet."""
    for p in network.parameters():
        p.grad = hvd.allreduce(p.grad)


if "init" not in gaps:
    hvd.init()
points = ring(320)
G, D = Generator(), Discriminator()
optimizer_g, optimizer_d = make_optimizer(G, "g"), make_optimizer(D, "d")
if not gaps & {"broadcast", "late"}:
    share(G, D)
if "broadcast" in gaps:
    share(D)
bce = nn.BCEWithLogitsLoss()
steps = 0
for epoch in range(1000):
    seed = 0 if "renew" in gaps else epoch
    if "divide" in gaps:
        seed = epoch * hvd.size() + hvd.rank()
    permutation = torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))
    mine = permutation if gaps & {"part", "divide"} else permutation[hvd.rank() :: hvd.size()]
    if gaps & {"uneven", "ragged"} and hvd.rank() == 0:
        mine = mine[:80]
    for real in points[mine].split(20):
        if "crash" in gaps and hvd.rank() == 1 and steps == 4:
            real = real.unsqueeze(0)
        n = len(real)
        optimizer_d.zero_grad()
        fake = G(torch.randn(n, NOISE))
        d_loss = bce(D(real), torch.ones(n)) + bce(D(fake.detach()), torch.zeros(n))
        d_loss.backward()
        if "twice" in gaps:
            by_hand(D)
        optimizer_d.step()

        for p in D.parameters():  # the generator's loss is not for them
            p.requires_grad_(False)
        optimizer_g.zero_grad()
        g_loss = bce(D(fake), torch.ones(n))
        g_loss.backward()
        for p in D.parameters():
            p.requires_grad_(True)
        if "twice" in gaps:
            by_hand(G)
        optimizer_g.step()
        steps += 1
        if "late" in gaps and steps == 2:
            share(G, D)
        if "wait" in gaps and steps == 3 and hvd.rank() == 1:
            d_loss = hvd.allreduce(d_loss.detach(), name="d loss")
    if "ragged" in gaps:
        continue
    losses = hvd.allreduce(torch.stack([d_loss.detach(), g_loss.detach()]), name="losses")
    if hvd.rank() == 0 or "print" in gaps:
        print("epoch {}: D {:.3f}, G {:.3f}".format(epoch, *losses.tolist()))
    if hvd.rank() == 0 or "write" in gaps:
        torch.save({"G": G.state_dict(), "D": D.state_dict()}, "gan.pt")
