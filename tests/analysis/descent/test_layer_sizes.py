"""The sizes of layers are those of their weights and of the gradient of the batch at that step."""

import pytest
import torch
from torch import nn

from scalelab.analysis.descent.layer_sizes import layer_sizes, sizes_on_the_way
from scalelab.optim import exclude


def test_weight_and_gradient_by_hand():
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[3.0, 4.0]]))
    model(torch.tensor([[1.0, 0.0]])).sum().backward()
    weight, bias = layer_sizes(model)
    assert (weight.name, weight.count, weight.excluded, bias.excluded) == ("weight", 2, False, True)
    assert (weight.weight, weight.gradient, weight.ratio) == (5, 1, 5)


def test_a_weight_without_a_gradient_is_left_out():
    assert layer_sizes(nn.Linear(2, 1)) == []


def test_what_is_excluded_here_is_what_the_optimizers_exclude():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 2))
    model(torch.ones(2, 1, 3, 3)).sum().backward()
    weights, others = exclude(model, 0.0)
    sizes = layer_sizes(model)
    counts = [sum(one.count for one in sizes if one.excluded is excluded) for excluded in (False, True)]
    assert counts == [sum(weight.numel() for weight in group["params"]) for group in (weights, others)]


def test_training_goes_on_between_the_steps_that_are_looked_at():
    X = torch.randn(6, 1, 2, 2, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    found = sizes_on_the_way(model, X, torch.tensor([0, 1, 2, 0, 1, 2]), lr=0.5, batch_size=4, at=(0, 3))
    assert list(found) == [0, 3]
    assert found[0][0].weight != pytest.approx(found[3][0].weight)
