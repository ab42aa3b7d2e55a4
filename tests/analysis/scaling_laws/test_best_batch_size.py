"""The best batch size is where the time is least, whatever the machine and the task."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.analysis.scaling_laws.best_batch_size import best_batch_size, seconds_to_target, share_of_the_ideal
from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve
from scalelab.analysis.throughput.step_time import StepCost

SIZES = np.geomspace(1e-4, 1e10, 200_001)
somewhere = st.floats(1.0, 1e5)


@given(somewhere, somewhere)
def test_no_batch_size_is_faster(half_batch, critical):
    cost, curve = StepCost(1e-6 * half_batch, 1e-6), StepsCurve(100, critical)
    best = best_batch_size(cost, critical)
    assert seconds_to_target(cost, curve, best) <= seconds_to_target(cost, curve, SIZES).min() * (1 + 1e-9)


@given(somewhere, somewhere)
def test_the_best_share_of_the_ideal_has_a_closed_form(half_batch, critical):
    best = share_of_the_ideal(np.sqrt(half_batch * critical), half_batch, critical)
    assert best == pytest.approx(1 / (1 + np.sqrt(half_batch / critical)) ** 2)


def test_share_and_seconds_tell_the_same():
    cost, curve = StepCost(3e-3, 1e-5), StepsCurve(50, 200)
    ideal = curve.least_steps * curve.critical * cost.per_image  # the fewest images, at the ceiling
    sizes = np.array([1.0, 30, 1000])
    shares = share_of_the_ideal(sizes, cost.half_batch, curve.critical)
    np.testing.assert_allclose(shares, ideal / seconds_to_target(cost, curve, sizes))
