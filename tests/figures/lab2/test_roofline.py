"""The figures of one worker hold what they are said to show."""

import numpy as np

from scalelab.analysis.throughput.roofline import MachineLimits, Work
from scalelab.figures import png
from scalelab.figures.lab2.roofline import KINDS, draw_changes, draw_roofline, draw_trap

LIMITS = MachineLimits(flops=100e9, bandwidth=20e9, cache=80e9)


def lines(axes):
    return {line.get_label(): line.get_xydata() for line in axes.lines}


def test_each_work_stands_at_its_intensity_and_speed_under_both_roofs():
    works = {kind: [Work("layer", 2e9 * (place + 1), 1e9, 1.0)] for place, kind in enumerate(KINDS)}
    figure = draw_roofline(LIMITS, works)
    drawn = lines(figure.axes[0])
    for place, kind in enumerate(KINDS):
        assert np.allclose(drawn[kind], [[2 * (place + 1), 2 * (place + 1)]])
    for label, speed in (("memory: 20 GB a second", 20), ("caches: 80 GB a second", 80)):
        x, y = drawn[label].T
        assert np.allclose(y, np.minimum(100, speed * x))
    assert "arithmetic: 100 GFLOP a second" in [text.get_text() for text in figure.axes[0].texts]
    assert png(figure)


def test_a_change_stands_at_the_median_of_its_ratios():
    figure = draw_changes({"as it is": np.array([100.0, 50.0, 80.0]), "both": np.array([150.0, 100.0, 200.0])})
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [1, 2]
    assert [text.get_text() for text in axes.texts] == ["1.00", "2.00"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["as it is", "both"]


def test_the_trap_has_efficiency_on_the_left_and_images_on_the_right():
    figure = draw_trap([1, 4], {"slow": 0.04, "fast": 0.01}, {1: 0.0, 4: 0.01}, images=10)
    left, right = figure.axes
    assert np.allclose(lines(left)["slow"], [[1, 100], [4, 80]])
    assert np.allclose(lines(left)["fast"], [[1, 100], [4, 50]])
    assert np.allclose(lines(right)["slow"], [[1, 250], [4, 800]])
    assert np.allclose(lines(right)["fast"], [[1, 1000], [4, 2000]])
