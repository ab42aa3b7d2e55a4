"""The map of batch sizes and learning rates marks the best rate of each size, and what is level with it."""

import numpy as np
import pytest

from scalelab.experiments.large_batch import SweepRun, SweepRuns
from scalelab.experiments.ridge import ridge
from scalelab.figures.lab3.ridge import draw_ridge
from scalelab.train import Row

ACCURACIES = {  # of two seeds
    "16 0.1": (0.50, 0.52), "16 0.2": (0.40, 0.42), "16 0.4": (0.10, 0.10),
    "64 0.1": (0.30, 0.32), "64 0.2": (0.44, 0.46), "64 0.4": (0.45, 0.47),
}  # fmt: skip


def row(accuracy):
    return Row(
        seconds=1,
        training_seconds=1,
        epoch=1,
        images=1,
        images_per_second=1,
        loss=1,
        train_accuracy=0.5,
        validation_accuracy=accuracy,
    )


@pytest.fixture
def measured():
    runs = [
        SweepRun(name, seed, "", 1, [row(accuracy)])
        for name, accuracies in ACCURACIES.items()
        for seed, accuracy in enumerate(accuracies)
    ]
    return SweepRuns({}, "", runs)


def test_the_best_rate_of_each_size_and_those_that_are_level(measured):
    found = ridge(measured)
    assert (found.sizes, found.lrs, found.best) == ([16, 64], [0.1, 0.2, 0.4], [0.1, 0.4])
    assert found.level(16) == [0.1]
    assert found.level(64) == [0.2, 0.4]


def test_a_rate_that_was_not_tried_is_no_best_rate(measured):
    found = ridge(SweepRuns({}, "", [run for run in measured.runs if run.name != "16 0.1"]))
    assert found.best[0] == 0.2


def test_both_rules_start_at_the_best_rate_of_the_smallest_batch(measured):
    axes = draw_ridge(ridge(measured)).axes[0]
    rules = {line.get_label(): line.get_ydata() for line in axes.lines if "rule" in str(line.get_label())}
    assert rules["linear rule"] == pytest.approx([0.1, 0.4])
    assert rules["square root rule"] == pytest.approx([0.1, 0.2])
    best = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_markersize() == 8]
    assert best == [(16, 0.1), (64, 0.4)]
    assert np.isfinite(axes.get_ylim()).all()
