"""The figures of 4.2 hold the lines that they speak of."""

import numpy as np
import pytest

from scalelab.experiments.asynchrony import METHODS, SCENES, AsynchronyRun, AsynchronyRuns
from scalelab.figures.lab4.asynchrony import draw_backups, draw_delay, draw_momentum, draw_reached, draw_staleness
from scalelab.parallel.asynchronous.laws import best_backups, largest_lr


def test_the_means_lie_beside_the_line_of_the_others():
    left, right = draw_staleness({"one": {1: 0.0, 4: 3.1}}, {"one": [0, 3, 3, 4]}).axes
    line, dots = left.lines
    assert np.array_equal(line.get_ydata(), [0, 3])
    assert np.array_equal(dots.get_ydata(), [0.0, 3.1])
    assert np.array_equal(right.patches[0].get_data().values, [0.25, 0, 0, 0.5, 0.25])


def test_the_largest_rate_is_the_laws_and_above_it_the_swings_grow():
    left, right = draw_delay([0, 1, 7]).axes
    assert np.allclose(left.lines[1].get_ydata(), [largest_lr(1.0, delay) for delay in (0, 1, 7)])
    below, _, above = (line.get_ydata() for line in right.lines)
    assert abs(below[-20:]).max() < 0.1
    assert abs(above[-20:]).max() > 2


def test_the_dot_of_each_spread_is_its_best_number_of_backups():
    axes = draw_backups([0.1, 0.5], 100).axes[0]
    for dot, spread in zip(axes.lines[1:4:2], (0.1, 0.5), strict=True):
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == pytest.approx(best_backups(100, spread))


def test_a_line_for_each_path():
    assert [line.get_label() for line in draw_momentum({"a": np.ones(3), "b": np.zeros(3)}).axes[0].lines[:2]] == [
        "a",
        "b",
    ]


def test_a_panel_for_each_scene_and_in_it_a_line_for_each_method():
    runs = [AsynchronyRun(method, scene, 0.1, seed, [1.0, 2.0], [0.2 + seed / 10, 0.4])
            for method in METHODS for scene in SCENES for seed in range(3)]  # fmt: skip
    stored = AsynchronyRuns({}, "some network.", 8, 32, 0.34, {}, [], runs)
    panels = draw_reached(stored, list(SCENES), list(METHODS)).axes
    assert [axes.get_title() for axes in panels] == list(SCENES)
    for axes in panels:
        lines = [line for line in axes.lines if line.get_label() in METHODS]
        assert [line.get_label() for line in lines] == list(METHODS)
        assert np.allclose(lines[0].get_ydata(), [0.3, 0.4])
