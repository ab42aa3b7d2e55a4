"""The bowl is the mean squared error itself; its curvature decides which steps are stable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.analysis.descent.quadratic import bowl, largest_step_seen
from scalelab.data import noisy_line
from scalelab.errors import ScaleLabError
from scalelab.train.descent import descend

lines = st.builds(
    noisy_line,
    examples=st.integers(5, 200),
    w=st.floats(-5, 5),
    b=st.floats(-5, 5),
    noise=st.floats(0.1, 3),
    seed=st.integers(0, 10**6),
    centre=st.floats(-5, 5),
    spread=st.floats(0.2, 4),
)
quickly = settings(deadline=None, max_examples=50)


def mean_squared_error(w, b, line):
    return np.mean((w * line.x + b - line.y) ** 2)


@quickly
@given(lines)
def test_the_surface_is_the_loss_evaluated_point_by_point(line):
    w, b = np.linspace(-8, 8, 7), np.linspace(-9, 9, 5)
    surface = bowl(line.x, line.y).surface(w, b)
    assert surface.shape == (5, 7)
    assert np.allclose(surface, [[mean_squared_error(v, u, line) for v in w] for u in b], rtol=1e-9, atol=1e-9)


@quickly
@given(lines)
def test_the_minimum_is_the_least_squares_fit_and_the_gradient_there_is_zero(line):
    found = bowl(line.x, line.y)
    error = found.minimum[0] * line.x + found.minimum[1] - line.y
    scale = np.abs(line.y).max() * (1 + np.abs(line.x).max())
    assert np.abs([np.mean(error * line.x), np.mean(error)]).max() < 1e-9 * scale
    assert found.lowest == pytest.approx(mean_squared_error(*found.minimum, line))


@quickly
@given(lines)
def test_the_hessian_is_the_difference_of_gradients(line):
    hessian = bowl(line.x, line.y).hessian
    for place, direction in enumerate(np.eye(2)):
        change = direction[0] * line.x + direction[1]  # of the error: the gradient is linear in (w, b)
        assert np.allclose(hessian[place], [2 * np.mean(change * line.x), 2 * np.mean(change)])


def distances(line, part, start):
    """From the minimum, before the first and after the last of 60 steps with `part` of the largest stable step."""
    found = bowl(line.x, line.y)
    path = descend(line, part * found.largest_stable_step, start, steps=60)
    off = np.hypot(path.w - found.minimum[0], path.b - found.minimum[1])
    return off[0], off[-1]


@quickly
@given(lines, st.floats(0.05, 0.98))
def test_a_step_below_two_over_l_comes_nearer(line, part):
    before, after = distances(line, part, (20.0, -30.0))
    assert after < before


@quickly
@given(lines, st.floats(1.1, 3.0))
def test_a_step_above_two_over_l_diverges(line, part):
    found = bowl(line.x, line.y)
    steepest = np.linalg.eigh(found.hessian)[1][:, 1]
    before, after = distances(line, part, tuple(found.minimum + 10 * steepest))
    assert after > 100 * before


@quickly
@given(lines, st.floats(0.01, 100))
def test_the_loss_is_the_same_all_along_a_ring(line, excess):
    found = bowl(line.x, line.y)
    w, b = found.minimum[:, None] + found.rings(np.array([excess]), 40)[:, 0]
    assert np.allclose(found.loss(w, b), found.lowest + excess, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_largest_step_found_by_trying_is_two_over_l(seed):
    line = noisy_line(seed=seed, centre=seed - 2.0)
    assert largest_step_seen(line, (5.0, 5.0)) == pytest.approx(bowl(line.x, line.y).largest_stable_step, rel=0.01)


def test_standardised_inputs_make_a_round_bowl():
    line = noisy_line(centre=5.0)
    found = bowl((line.x - line.x.mean()) / line.x.std(), line.y)
    assert np.allclose(found.hessian, 2 * np.eye(2))
    assert found.condition_number == pytest.approx(1)
    assert found.largest_stable_step == pytest.approx(1)
    assert bowl(line.x, line.y).condition_number > 100


def test_a_diverged_point_gives_no_warning():
    line = noisy_line()
    assert not np.isfinite(bowl(line.x, line.y).loss(1e200, -1e200))


def test_equal_inputs_have_no_single_minimum():
    with pytest.raises(ScaleLabError, match="two different inputs"):
        bowl(np.ones(5), np.arange(5))
