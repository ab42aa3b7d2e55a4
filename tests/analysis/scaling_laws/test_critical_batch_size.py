"""The curve of steps against batch size."""

import numpy as np
import pytest

from scalelab.analysis.scaling_laws.critical_batch_size import DIMINISHING, NONE, PERFECT, StepsCurve, fit_steps
from scalelab.errors import ScaleLabError

SIZES = [16, 32, 64, 128, 256, 512, 1024]


@pytest.mark.parametrize("critical", [3.0, 150.0, 20_000.0])
def test_a_curve_is_found_again(critical):
    true = StepsCurve(40.0, critical)
    found = fit_steps(SIZES, true.steps(SIZES))
    assert found.critical == pytest.approx(critical, rel=1e-3)
    assert found.least_steps == pytest.approx(40, rel=1e-3)


def test_noise_of_a_tenth_moves_it_little():
    random, true = np.random.default_rng(0), StepsCurve(40.0, 150.0)
    noisy = [true.steps(SIZES) * np.exp(random.normal(0, 0.1, len(SIZES))) for _ in range(50)]
    found = [fit_steps(SIZES, steps).critical for steps in noisy]
    assert np.median(found) == pytest.approx(150, rel=0.1)


def test_sizes_that_never_arrived_are_left_out():
    steps = StepsCurve(40.0, 150.0).steps(SIZES)
    steps[-2:] = np.nan
    assert fit_steps(SIZES, steps).critical == pytest.approx(150, rel=1e-3)
    steps[2:] = np.nan
    with pytest.raises(ScaleLabError, match="3 batch sizes or more but got 2"):
        fit_steps(SIZES, steps)


def test_three_regimes_in_their_order():
    curve = StepsCurve(40.0, 256.0)
    regimes = [curve.regime(size) for size in (4, 64, 256, 1000, 16_384)]
    assert regimes == [PERFECT, PERFECT, DIMINISHING, DIMINISHING, NONE]
    assert curve.slope(256) == pytest.approx(-0.5)
    assert curve.examples(256) == pytest.approx(2 * 40 * 256)
