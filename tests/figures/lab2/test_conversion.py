"""The figures of notebook 2.1 show what the ranks noted and what was stored, also where runs are missing."""

import warnings

import numpy as np
import pytest

from scalelab.experiments.workers import Configuration, WorkerRun, WorkerRuns
from scalelab.figures.figure import png
from scalelab.figures.lab2.conversion import draw_division, draw_drift, draw_own_metrics
from scalelab.figures.lab2.worker_scaling import draw_comparison
from scalelab.train import Row

CONFIGS = [Configuration(1, 32), Configuration(2, 32), Configuration(2, 16)]


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_drift_is_drawn_in_per_cent_and_both_lines_are_named():
    figure = draw_drift({"apart": [0.0, 0.1, 0.2], "together": [0.0, 0.0, 0.0]}, "apart", "together", "title")
    axes = figure.axes[0]
    assert [list(line.get_ydata()) for line in axes.lines] == [[0, 10, 20], [0, 0, 0]]
    assert words(axes) == ["apart", "together"]
    assert png(figure)


def test_ranks_that_never_part_are_drawn_as_well():
    assert png(draw_drift({"a": [0.0, 0.0], "b": [0.0, 0.0]}, "a", "b", "title"))


def test_the_division_counts_images_trainings_and_steps():
    configs = {
        "not divided": {"images": [[0, 1, 2, 3], [0, 1, 2, 3]], "batch_size": 2},
        "divided": {"images": [[0, 2], [3, 1]], "batch_size": 2},
    }
    figure = draw_division(configs)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[0] == "not divided: 4 images, trained on 8 times in all, 2 steps"
    assert titles[1] == "divided: 4 images, trained on 4 times in all, 1 steps"
    assert png(figure)


def test_the_accuracy_over_all_images_is_weighted_by_their_number():
    figure = draw_own_metrics([[0.5, 0.0], [1.0, 0.5]], [30, 10])
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines}
    np.testing.assert_allclose(lines["over all 40 images"], [0.375, 0.875])
    np.testing.assert_allclose(lines["mean of the ranks' accuracies"], [0.25, 0.75])
    assert png(figure)


def run(config, seed, seconds, accuracies):
    rows = [
        Row(
            seconds=seconds * epoch, training_seconds=seconds * epoch, epoch=epoch, images=1000 * epoch,
            images_per_second=1.0, loss=1.0, validation_accuracy=accuracy,
        )
        for epoch, accuracy in enumerate(accuracies, start=1)
    ]  # fmt: skip
    return WorkerRun(config, seed, rows)


def stored(runs):
    terms = {"setting": "a network", "images": 1000, "lr": 0.1, "target": 0.8, "patience": 1, "configs": CONFIGS}
    return WorkerRuns(machine={}, runs=runs, **terms)


def test_each_way_stands_with_its_ratio_to_one_worker():
    runs = [run(config, seed, 4 / config.workers, [0.5, 0.9]) for seed in range(3) for config in CONFIGS]
    figure = draw_comparison(stored(runs))
    assert words(figure.axes[0]) == ["1.00 x", "2.00 x", "2.00 x", "2 x one worker"]
    assert words(figure.axes[2]) == ["1.00 x", "0.50 x", "1.00 x"]
    assert words(figure.axes[3]) == ["1.00 x", "0.50 x", "0.50 x"]
    assert png(figure)


def test_a_way_that_never_arrives_is_said_to():
    last = {config: 0.9 if config.batch_size == 32 else 0.6 for config in CONFIGS}
    runs = [run(config, seed, 4, [0.5, last[config]]) for seed in range(2) for config in CONFIGS]
    figure = draw_comparison(stored(runs))
    assert words(figure.axes[3])[-1] == "never"
    assert png(figure)


def test_one_seed_is_drawn_without_a_spread():
    assert png(draw_comparison(stored([run(config, 0, 4, [0.5, 0.9]) for config in CONFIGS])))
