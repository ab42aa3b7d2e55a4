"""The noisy line is the line it says, and belongs to its arguments."""

import numpy as np
import pytest

from scalelab.data import noisy_line
from scalelab.errors import ScaleLabError


def test_without_noise_every_point_lies_on_the_line():
    line = noisy_line(50, w=-3.0, b=0.5, noise=0.0)
    assert np.allclose(line.y, -3.0 * line.x + 0.5)


def test_inputs_and_noise_have_the_spread_that_was_asked_for():
    line = noisy_line(20000, noise=0.7, centre=4.0, spread=2.5)
    assert line.x.mean() == pytest.approx(4.0, abs=0.1)
    assert line.x.std() == pytest.approx(2.5, rel=0.02)
    assert np.abs(line.x - 4.0).max() <= 2.5 * 3**0.5
    assert (line.y - line.w * line.x - line.b).std() == pytest.approx(0.7, rel=0.03)


def test_a_line_belongs_to_its_seed():
    first, again, other = (noisy_line(seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.y, again.y)
    assert not np.array_equal(first.y, other.y)


def test_one_seed_shifts_and_scales_the_same_draws():
    plain, moved = noisy_line(noise=1.0), noisy_line(noise=3.0, centre=5.0, spread=2.0)
    assert np.allclose(moved.x, 5.0 + 2.0 * plain.x)
    assert np.allclose(moved.y - moved.w * moved.x - moved.b, 3.0 * (plain.y - plain.w * plain.x - plain.b))


@pytest.mark.parametrize("wrong", [{"examples": 0}, {"noise": -0.1}, {"spread": -1.0}])
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ScaleLabError, match="at least 1 example"):
        noisy_line(**wrong)
