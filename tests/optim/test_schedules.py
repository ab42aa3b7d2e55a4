"""Learning rates that change with the batch and with time."""

import math

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, MultiStepLR

from scalelab.errors import ScaleLabError
from scalelab.optim.schedules import (
    constant_warmup,
    cosine_decay,
    gradual_warmup,
    one_cycle,
    product,
    scaled_lr,
    step_decay,
)

STEPS = 40


def lrs(make, steps=STEPS):
    """The learning rate in each step, from 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize(
    ("own", "torchs"),
    [
        (gradual_warmup(10, 8), lambda o: LinearLR(o, start_factor=1 / 8, total_iters=10)),
        (step_decay([10, 25], 0.2), lambda o: MultiStepLR(o, [10, 25], 0.2)),
        (cosine_decay(STEPS, 0.1), lambda o: CosineAnnealingLR(o, STEPS, 0.1)),
    ],
    ids=["warmup", "steps", "cosine"],
)
def test_they_are_what_torch_has_too(own, torchs):
    assert lrs(lambda o: LambdaLR(o, own)) == pytest.approx(lrs(torchs))


def test_the_rate_grows_with_the_batch_by_a_rule():
    assert scaled_lr(0.1, 16) == pytest.approx(1.6)
    assert scaled_lr(0.1, 16, "sqrt") == pytest.approx(0.4)
    assert scaled_lr(0.1, 16, "none") == 0.1
    with pytest.raises(ScaleLabError, match="linear, sqrt, none"):
        scaled_lr(0.1, 16, "cubic")


def test_a_warmup_begins_at_the_small_batchs_rate_and_ends_at_the_large_ones():
    k, lr = 16, 0.1
    warmup = gradual_warmup(100, k)
    assert scaled_lr(lr, k) * warmup(0) == pytest.approx(lr)
    assert all(warmup(step) == 1 for step in (100, 101, 10_000))
    assert gradual_warmup(0, k)(0) == 1


def test_a_constant_warmup_ends_at_once():
    warmup = constant_warmup(3, 0.1)
    assert [warmup(step) for step in range(5)] == [0.1, 0.1, 0.1, 1.0, 1.0]


def test_one_cycle_rises_and_falls_once():
    cycle = [one_cycle(100)(step) for step in range(100)]
    top = cycle.index(max(cycle))
    assert (top, max(cycle), cycle[0]) == (30, 1.0, 0.04)
    assert cycle[: top + 1] == sorted(cycle[: top + 1])
    assert cycle[top:] == sorted(cycle[top:], reverse=True)
    assert one_cycle(100)(100) == 0


def test_schedules_are_multiplied():
    both = product(gradual_warmup(10, 4), cosine_decay(20))
    assert both(5) == pytest.approx((1 / 4 + 3 / 8) * (1 + math.cos(math.pi / 4)) / 2)
