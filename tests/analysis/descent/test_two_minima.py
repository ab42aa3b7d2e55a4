"""Two minima: full descent stays where it starts, noise leaves what is narrow, and too much of it stays nowhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.analysis.descent.two_minima import TwoMinima, fraction_in_wide, mean_loss, settled, wander
from scalelab.errors import ScaleLabError

SIZES = [1, 4, 16, 64]
POOR = TwoMinima(depth=1.5)
GOOD = TwoMinima(depth=3.0)  # here the narrow minimum is the better one


@settings(deadline=None, max_examples=30)
@given(st.floats(1.3, 4.0), st.floats(0.2, 0.3), st.integers(0, 1000))
def test_the_two_minima_and_the_top_are_flat_and_in_order(depth, width, seed):
    minima = TwoMinima(depth=depth, width=width, seed=seed)
    assert minima.narrow < minima.top < minima.wide
    assert np.allclose(minima.gradient(np.array(minima.points)), 0, atol=1e-8)
    assert minima.loss(minima.top) > max(minima.loss(minima.narrow), minima.loss(minima.wide))


@settings(deadline=None, max_examples=30)
@given(st.floats(-4, 4))
def test_the_gradient_is_the_slope_of_the_loss(w):
    slope = (POOR.loss(w + 1e-5) - POOR.loss(w - 1e-5)) / 2e-5
    assert POOR.gradient(w) == pytest.approx(slope, abs=1e-6)


def test_the_loss_is_the_mean_of_the_examples_losses():
    w = np.linspace(-4, 4, 9)
    own = (w - POOR.pull[:, None]) ** 2 / 2 - POOR.depth * np.exp(-(((w - POOR.place) / POOR.width) ** 2) / 2)
    assert np.ptp(own.mean(axis=0) - POOR.loss(w)) == pytest.approx(0, abs=1e-9)  # but for what no w can change
    assert POOR.pull.std() == pytest.approx(POOR.spread)


def test_a_dip_that_holds_no_minimum_is_refused():
    with pytest.raises(ScaleLabError, match="make the dip deeper or narrower"):
        _ = TwoMinima(depth=0.1).points


@pytest.mark.parametrize("minima", [POOR, GOOD])
@pytest.mark.parametrize("side", ["narrow", "wide"])
def test_with_all_the_examples_descent_stays_in_the_basin_it_started_in(minima, side):
    start = getattr(minima, side)
    for off in (-0.2, 0.0, 0.2):
        path = wander(minima, [64], lr=0.05, start=start + off, updates=400, runs=2)
        assert np.allclose(path[-1], start, atol=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_some_noise_escapes_a_poor_narrow_minimum_and_little_does_not(seed):
    path = wander(POOR, SIZES, lr=0.05, start=POOR.narrow, runs=60, seed=seed)
    one, four, sixteen, whole = fraction_in_wide(POOR, path).mean(axis=0)
    assert whole == 0
    assert sixteen < 0.1
    assert four > 0.9
    assert four > one > 0.7


@pytest.mark.parametrize("seed", range(2))
def test_too_much_noise_has_a_higher_loss_than_the_minimum_it_left(seed):
    path = wander(POOR, SIZES, lr=0.05, start=POOR.narrow, runs=60, seed=seed)
    one, four, _, whole = mean_loss(POOR, path).mean(axis=0)
    assert four < 0.5 * whole
    assert one > whole == pytest.approx(float(POOR.loss(POOR.narrow)))


def test_noise_leaves_a_narrow_minimum_also_where_it_is_the_better_one():
    path = wander(GOOD, SIZES, lr=0.05, start=GOOD.narrow, runs=60)
    one, _, sixteen, _ = fraction_in_wide(GOOD, path).mean(axis=0)
    assert one > 0.4
    assert sixteen < 0.05


def test_a_run_is_judged_by_its_last_quarter():
    assert settled(np.zeros((101, 3, 2))).shape == (25, 3, 2)
