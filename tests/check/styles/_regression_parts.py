"""Data, network and loss of regression.py."""

import torch


class Curve(torch.nn.Module):
    """A small network from a point in the plane to a height."""

    def __init__(self, hidden):
        super().__init__()
        self.inner = torch.nn.Linear(2, hidden)
        self.outer = torch.nn.Linear(hidden, 1)

    def forward(self, points):
        return self.outer(torch.sigmoid(self.inner(points)))


class RelativeError(torch.nn.Module):
    """The squared error in units of the heights' variance."""

    def forward(self, guessed, heights):
        return torch.nn.functional.mse_loss(guessed, heights) / heights.var().clamp(min=1e-3)


def landscape(count, seed=0):
    """Points, (count, 2), and their heights, (count, 1)."""
    points = torch.rand(count, 2, generator=torch.Generator().manual_seed(seed)) * 4 - 2
    return points, (points[:, :1] ** 2 - points[:, 1:] * points[:, :1]).sin()


def train_epoch(model, optimizer, criterion, batches, before_step=None):
    """One pass; mean loss of the batches."""
    total = torch.zeros(())
    for points, heights in batches:
        optimizer.zero_grad()
        loss = criterion(model(points), heights)
        loss.backward()
        if before_step:
            before_step(model, loss)
        optimizer.step()
        total += loss.detach()
    return total / len(batches)
