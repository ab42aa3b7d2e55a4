"""The figures of notebook 1.3 show what was measured, also where runs are missing."""

import warnings

import numpy as np
import pytest

from scalelab.analysis.throughput.step_time import StepCost
from scalelab.data.images import Dataset, Images
from scalelab.experiments.batch_size import LENGTHS, TO_TARGET, TUNING, BatchSizeRun, BatchSizeRuns
from scalelab.figures.figure import png
from scalelab.figures.lab1.batch_size import (
    OwnRun,
    draw_classes,
    draw_factors,
    draw_lengths,
    draw_memory,
    draw_rates,
    draw_throughput,
    draw_to_target,
)
from scalelab.train import MemoryProbe, Row

SIZES = [16, 64, 256]


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def run(experiment, batch_size, seed, accuracies, lr=0.1):
    rows = [
        Row(
            seconds=2.0 * epoch, training_seconds=1.0 * epoch, epoch=epoch, images=512 * epoch, images_per_second=256.0,
            loss=1.0, train_accuracy=0.9, validation_accuracy=accuracy,
        )
        for epoch, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip
    return BatchSizeRun(experiment, batch_size, lr, seed, rows)


@pytest.fixture
def measured():
    runs = [run(TUNING, size, 9, [0.5] * size.bit_length() + [0.9] * 2, lr) for size in SIZES for lr in (0.1, 0.3)]
    runs += [run(TO_TARGET, size, seed, [0.5] * (seed + 1) + [0.9] * 2) for size in SIZES for seed in (0, 1)]
    runs += [run(LENGTHS, 16, seed, [0.5, 0.6]) for seed in (0, 1)]
    runs += [run(LENGTHS, 64, seed, [0.3, 0.4, 0.5, 0.55, 0.57, 0.6, 0.61, 0.62]) for seed in (0, 1)]
    return BatchSizeRuns(
        machine={}, setting="made up", model_name="resnet-8", images=512, shrink=1, batch_sizes=SIZES, lrs=[0.1, 0.3],
        target=0.8, patience=2, small=16, large=64, epochs=2, speeds=[[100.0, 200.0, 250.0]] * 2, runs=runs,
    )  # fmt: skip


def test_own_runs_stand_in_all_three_panels(measured):
    figure = draw_to_target(measured, [OwnRun(64, images=1536, seconds=2.5)])
    stars = [line.get_ydata()[0] for axes in figure.axes for line in axes.lines if line.get_marker() == "*"]
    assert stars == [24, 1536, 2.5]
    assert png(figure)


def test_missing_runs_leave_gaps(measured):
    missing = [(TO_TARGET, 256, 0), (TO_TARGET, 256, 1), (TO_TARGET, 64, 1)]
    measured.runs[:] = [one for one in measured.runs if (one.experiment, one.batch_size, one.seed) not in missing]
    assert png(draw_to_target(measured))


def test_equal_lengths_end_at_equal_lengths(measured):
    left, right = draw_lengths(measured).axes
    assert left.get_title() == "The same 2 epochs"
    assert right.get_title() == "The same 64 updates"
    ends = {max(line.get_xdata()) for line in right.lines if "training" in str(line.get_label())}
    assert ends == {64}


def test_the_product_stands_beside_what_was_measured(measured):
    images, seconds = measured.to_target("images"), measured.to_target("training_seconds")
    figure = draw_factors(SIZES, 1 / images, np.array(measured.speeds), np.ones(3), seconds)
    assert [axes.get_title() for axes in figure.axes][-1] == "learning per second"
    assert png(figure)


def test_the_others_can_be_drawn(measured):
    cost = StepCost(0.01, 0.001)
    speeds = np.tile(cost.images_per_second(SIZES), (3, 1))
    assert png(draw_throughput(SIZES, speeds, cost, "no such prediction"))
    assert png(draw_memory(MemoryProbe((16, 32), (4_000_000, 8_000_000), 10_000_000, 64, "It did not fit.")))
    assert png(draw_rates(measured))


def test_each_class_is_shown_once():
    import torch

    part = Images(torch.zeros(20, 1, 4, 4, dtype=torch.uint8), torch.arange(20) % 10)
    figure = draw_classes(Dataset(part, part, tuple("abcdefghij"), "made up"))
    assert [axes.get_title() for axes in figure.axes] == list("abcdefghij")
