"""One cycle of training: it learns what can be learned, and a seed makes it repeatable."""

import copy

import torch
from torch import nn

from scalelab.train.one_cycle import train_one_cycle


def stripes(count=64):
    """Images of which one half is bright: its side is the label."""
    random = torch.Generator().manual_seed(0)
    labels = torch.randint(2, (count,), generator=random)
    images = 0.3 * torch.randn(count, 1, 4, 4, generator=random)
    images[torch.arange(count), 0, :, 3 * labels] += 2
    return images, labels


def test_it_learns_and_repeats_itself():
    torch.manual_seed(0)
    start = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    images, labels = stripes()
    one, same, other = (train_one_cycle(copy.deepcopy(start), images, labels, seed=seed) for seed in (0, 0, 1))
    assert (one(images).argmax(1) == labels).all()
    assert torch.equal(one[1].weight, same[1].weight)
    assert not torch.equal(one[1].weight, other[1].weight)


def test_progress_sees_every_step():
    images, labels = stripes(count=20)
    seen = []

    def progress(steps):
        for step in steps:
            seen.append(len(step))
            yield step

    train_one_cycle(nn.Sequential(nn.Flatten(), nn.Linear(16, 2)), images, labels, 2, batch_size=8, progress=progress)
    assert seen == [8, 8, 4, 8, 8, 4]
