"""Share of images that a model names correctly."""

import torch
from torch import Tensor, nn


@torch.no_grad()
def accuracy(model: nn.Module, X: Tensor, y: Tensor, batch_size: int = 500) -> float:
    """Accuracy (0 to 1) of `model` on standardised images X (N, C, H, W) with labels y (N,).

    The model is put into evaluation mode for it, where batch norm uses its running statistics, and put back after.
    """
    training = model.training
    model.eval()
    answers = torch.cat([model(part).argmax(1) for part in X.split(batch_size)])
    model.train(training)
    return (answers == y).float().mean().item()
