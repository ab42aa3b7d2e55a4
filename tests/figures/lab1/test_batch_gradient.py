"""The figures of stochastic gradient descent hold what they are said to show."""

from dataclasses import replace

import numpy as np
import pytest

from scalelab.analysis.descent.quadratic import bowl
from scalelab.analysis.descent.sgd_runs import race
from scalelab.analysis.descent.two_minima import TwoMinima, fraction_in_wide, mean_loss, wander
from scalelab.analysis.gradient_noise.batch_gradient import (
    batch_gradients,
    example_gradients,
    measured_variance,
    variance_of_batches,
)
from scalelab.data import noisy_line
from scalelab.figures import png
from scalelab.figures.lab1 import batch_gradient as batches
from scalelab.figures.lab1 import two_minima as escape
from scalelab.figures.lab1.sgd_race import draw_floors, draw_race, draw_race_repeats
from scalelab.train.descent import descend

LINE = noisy_line(64, w=2.0, b=-1.0, centre=1.0)
BOWL = bowl(LINE.x, LINE.y)


@pytest.fixture(autouse=True)
def _no_predictions_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def words(axes):
    return [text.get_text() for text in axes.texts]


def holds(axes, points):
    return any(np.array_equal(line.get_xydata(), points) for line in axes.lines)


def test_every_example_of_an_epoch_is_written_down():
    figure = batches.draw_epochs([[np.array([3, 0]), np.array([2, 1])], [np.array([0, 1]), np.array([3])]])
    assert words(figure.axes[0]) == ["3", "0", "2", "1", "0", "1", "3"]


def test_the_ring_marks_the_end_of_the_first_epoch():
    losses = {8: np.linspace(5, 1, 25), 64: np.linspace(5, 3, 4)}
    axes = batches.draw_first_epochs(losses, 64, 0.2, "nothing").axes[0]
    assert holds(axes, [[1, losses[8][8]]])


def test_every_path_has_a_panel_of_its_own():
    paths = {size: descend(LINE, 0.05, steps=20, batch_size=size) for size in (1, 8, 64)}
    figure = batches.draw_paths(BOWL, paths)
    for axes, path in zip(figure.axes, 2 * list(paths.values()), strict=True):
        assert holds(axes, np.stack([path.w, path.b], axis=1))
        assert holds(axes, [BOWL.minimum])
        assert axes.get_xlim()[0] < BOWL.minimum[0] < axes.get_xlim()[1]


def test_the_time_of_a_gradient_has_its_range_within_the_frame():
    sizes, seconds = [1, 2, 16], 1e-6 * np.array([[4.0, 5, 6], [4, 5, 60], [4, 1, 6]])
    _, right = batches.draw_variance(sizes, np.ones((5, 3)), [3, 2, 1], seconds, "nothing").axes
    (bars,) = right.collections
    low, high = right.get_ylim()
    assert [tuple(bar[:, 1].round(6)) for bar in bars.get_segments()] == [(4, 4), (1, 5), (6, 60)]
    assert high > 60


def test_clouds_have_their_mean_and_the_full_gradient():
    gradients = example_gradients(LINE, 0, 0)
    drawn = batch_gradients(gradients, [1, 8], 50)
    for place, axes in enumerate(batches.draw_clouds(drawn, [1, 8], gradients.mean(axis=0)).axes):
        assert holds(axes, [drawn[:, place].mean(axis=0)])
        assert holds(axes, [gradients.mean(axis=0)])


def test_the_variance_has_its_exponent_and_the_cost_its_ends_in_the_title():
    sizes = [1, 2, 4, 8, 16, 32]
    exact = [variance_of_batches(example_gradients(LINE, 0, 0), size) for size in sizes]
    measured = measured_variance(np.sqrt(1 / np.array(sizes))[None, :, None] * np.ones((10, 1, 2)), np.zeros(2))
    left, right = batches.draw_variance(sizes, measured, exact, np.full((3, 6), 5e-6), "nothing").axes
    assert left.get_title() == "how far off: fitted exponent -1.00"
    assert right.get_title() == "what it costs: 5 to 5 microseconds"


def test_each_moment_shows_the_minimum_of_its_own_batch():
    own = [bowl(LINE.x[first : first + 4], LINE.y[first : first + 4]) for first in range(0, 16, 4)]
    points = np.cumsum(np.full((5, 2), 0.1), axis=0)
    figure = batches.draw_moving_surface(BOWL, own, points, (4, 64), [(1, 2), (3, 4)])
    for axes, one in zip(figure.axes, own, strict=True):
        assert holds(axes, [one.minimum])
        assert holds(axes, [BOWL.minimum])


def test_the_race_names_its_winners():
    races = [race(LINE, size, lr, updates, runs=10) for size, lr, updates in ((4, 0.02, 100), (64, 0.2, 40))]
    figure = draw_race(races, 0.5)
    assert [axes.get_title() for axes in figure.axes] == ["against updates", "against epochs", "against seconds"]
    titles = [axes.get_title() for axes in draw_race_repeats(races, 0.5).axes]
    assert titles[0] == "fewest updates: 64"
    assert titles[1] == "fewest epochs: 4"


def test_batch_sizes_that_cannot_be_told_apart_have_won_together():
    races = [race(LINE, size, lr, updates, runs=10) for size, lr, updates in ((4, 0.02, 100), (64, 0.2, 40))]
    twice = [races[0], races[1], replace(races[1], batch_size=32)]
    assert draw_race_repeats(twice, 0.5).axes[0].get_title() == "fewest updates: 64, 32"
    ringed = [line for line in draw_race(twice, 0.5).axes[0].lines if line.get_markersize() == 13]
    assert len(ringed) == 2


def test_floors_have_their_exponent_in_the_title():
    runs = {name: np.full((2, 100), 0.5) for name in ("fixed", "smaller", "decaying")}
    figure = draw_floors(runs, [0.01, 0.02, 0.04], [1.0, 2.0, 4.0], [8, 4, 2])
    assert "exponent 1.00" in figure.axes[1].get_title()


def test_the_figures_of_the_escape_name_minima_and_batches():
    minima, sizes = TwoMinima(), [1, 8, 64]
    path = wander(minima, sizes, 0.05, minima.narrow, updates=40, runs=10)
    fractions = {side: fraction_in_wide(minima, path) for side in ("narrow minimum", "wide minimum")}
    assert "wide: 0.00" in words(escape.draw_two_minima(minima).axes[1])
    assert escape.draw_wandering(minima, path, sizes, [1, 64]).axes[1].get_title() == "all 64 examples"
    for figure in (
        escape.draw_escape(sizes, fractions, mean_loss(minima, path), minima),
        escape.draw_turned_round(minima, sizes, fractions),
    ):
        assert png(figure).startswith(b"\x89PNG")
