"""The order and the format of the numbers change a step's time, not what it does."""

import pytest
import torch
from torch import nn

from scalelab.analysis.throughput.step_changes import CHANGES, step_seconds, time_changes


class Spy(nn.Module):
    """A network that notes what it is given."""

    def __init__(self):
        super().__init__()
        self.layer, self.seen = nn.Conv2d(3, 10, 4), []

    def forward(self, X):
        out = self.layer(X)
        self.seen.append((X.is_contiguous(memory_format=torch.channels_last), out.dtype))
        return out.flatten(1)


def batch():
    return torch.randn(2, 3, 4, 4), torch.tensor([1, 7])


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_what_its_name_says(name):
    layout, dtype = CHANGES[name]
    X, y = batch()
    spy = Spy()
    assert step_seconds(spy, X.contiguous(memory_format=layout), y, dtype, steps=3) > 0
    assert spy.seen == [(name in ("channels-last images", "both"), dtype)] * 5  # two steps come before the clock


def test_weights_stay_float32_and_are_trained():
    X, y = batch()
    spy = Spy()
    before = spy.layer.weight.clone()
    step_seconds(spy, X, y, torch.bfloat16, steps=1)
    assert spy.layer.weight.dtype == torch.float32
    assert not torch.equal(spy.layer.weight, before)


def test_all_changes_have_a_speed_in_every_round():
    X, y = torch.randn(2, 3, 32, 32), torch.tensor([0, 1])
    speeds = time_changes("small-resnet", X, y, rounds=2, steps=1)
    assert list(speeds) == list(CHANGES)
    assert all(values.shape == (2,) and (values > 0).all() for values in speeds.values())
