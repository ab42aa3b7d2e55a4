"""What limits a worker: counted exactly where it can be, and lower than the machine's own limits where it is timed."""

import pytest
import torch
from torch import nn

from scalelab.analysis.throughput.roofline import (
    LAYERS,
    MachineLimits,
    Work,
    layer_work,
    measure_limits,
    median_seconds,
    step_flop,
)
from scalelab.models import build

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("intensity", "memory", "cached"), [(0.5, 10e9, 40e9), (5, 100e9, 100e9), (2, 40e9, 100e9), (100, 100e9, 100e9)]
)
def test_the_lower_limit_holds_work_down(intensity, memory, cached):
    limits = MachineLimits(flops=100e9, bandwidth=20e9, cache=80e9)
    assert limits.attainable(intensity) == memory
    assert limits.attainable(intensity, cached=True) == cached


def test_both_limits_meet_at_the_ridge():
    limits = MachineLimits(flops=100e9, bandwidth=20e9, cache=80e9)
    assert limits.ridge == 5
    assert limits.attainable(limits.ridge) == limits.flops == limits.ridge * limits.bandwidth


def test_intensity_and_speed_are_flop_for_a_byte_and_for_a_second():
    work = Work("a layer", flop=6e9, bytes=2e9, seconds=0.5)
    assert (work.intensity, work.flops) == (3, 12e9)


def test_a_machine_does_something_of_each():
    limits = measure_limits(CPU, repeats=1)
    assert min(limits.flops, limits.bandwidth, limits.cache) > 1e8


def test_the_first_call_is_not_timed():
    calls = []
    median_seconds(lambda: calls.append(len(calls)), CPU, repeats=3)
    assert calls == [0, 1, 2, 3]


def test_a_step_of_one_product_is_three_times_forward_but_for_the_images_gradient():
    # Forward 2 * N * in * out, the gradient of the weights as much again; images need none, so there is no third.
    assert step_flop(nn.Linear(30, 50), torch.zeros(7, 30)) == 2 * (2 * 7 * 30 * 50)
    both = nn.Sequential(nn.Linear(30, 50), nn.Linear(50, 20))
    assert step_flop(both, torch.zeros(7, 30)) == 2 * (2 * 7 * 30 * 50) + 3 * (2 * 7 * 50 * 20)


def test_counting_a_step_leaves_no_gradient():
    model = nn.Linear(3, 2)
    step_flop(model, torch.zeros(1, 3))
    assert all(weight.grad is None for weight in model.parameters())


def test_a_convolution_counts_two_for_each_weight_at_each_place():
    (work,) = layer_work(nn.Sequential(nn.Conv2d(3, 5, 3, padding=1, bias=False)), torch.zeros(2, 3, 7, 11), repeats=1)
    assert work.flop == 2 * (2 * 5 * 7 * 11) * 3 * 9
    assert work.bytes == 4 * (2 * 3 * 7 * 11 + 2 * 5 * 7 * 11 + 5 * 3 * 9)


def test_numbers_of_half_the_size_move_half_the_bytes():
    model = nn.Sequential(nn.ReLU())
    whole, half = (
        layer_work(model, torch.zeros(2, 3, 4, 4, dtype=dtype))[0] for dtype in (torch.float32, torch.bfloat16)
    )
    assert whole.bytes == 2 * half.bytes == 4 * 2 * (2 * 3 * 4 * 4)
    assert whole.flop == half.flop == 2 * 3 * 4 * 4


def test_every_layer_that_works_is_listed_with_what_it_is_given():
    model = build("small-resnet")
    works = layer_work(model, torch.zeros(2, 3, 32, 32), repeats=1)
    assert [work.name for work in works] == [name for name, layer in model.named_modules() if isinstance(layer, LAYERS)]
    assert all(work.seconds > 0 for work in works)
    assert not any(layer._forward_hooks for layer in model.modules())
