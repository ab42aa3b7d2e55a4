"""A step costs something by itself and something for each image: from there the speed saturates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.analysis.throughput.step_time import StepCost, fit_step_cost

SIZES = [1, 4, 16, 64, 256, 1024]
seconds = st.floats(1e-6, 1e-1)


@given(seconds, seconds)
def test_the_costs_are_found_from_speeds_they_lead_to(per_step, per_image):
    cost = StepCost(per_step, per_image)
    found = fit_step_cost(SIZES, cost.images_per_second(SIZES))
    np.testing.assert_allclose(found.images_per_second(SIZES), cost.images_per_second(SIZES), rtol=1e-6)


@given(seconds, seconds)
def test_the_speed_grows_with_the_batch_and_never_exceeds_its_ceiling(per_step, per_image):
    cost = StepCost(per_step, per_image)
    speeds = cost.images_per_second(SIZES)
    assert np.all(np.diff(speeds) >= 0)
    assert speeds[-1] <= cost.ceiling
    assert cost.images_per_second(cost.half_batch) == pytest.approx(cost.ceiling / 2)


def test_speeds_that_fall_with_the_batch_are_no_negative_cost():
    cost = fit_step_cost(SIZES, [100, 90, 80, 70, 60, 50])
    assert cost.per_step == 0
    assert 50 < cost.ceiling < 100


@given(st.lists(st.floats(1e-4, 10), min_size=len(SIZES), max_size=len(SIZES)))
def test_whatever_a_busy_machine_measured_no_cost_is_negative_and_images_cost_something(seconds):
    cost = fit_step_cost(SIZES, np.asarray(SIZES) / np.asarray(seconds))
    assert cost.per_step >= 0
    assert cost.per_image > 0
