"""Young's interval, beside trying."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.parallel.elastic.commit_interval import efficiency, simulated_efficiency, young_interval

COST, BETWEEN = 1.0, 200.0


def test_the_interval_is_the_root_of_twice_the_product():
    assert young_interval(COST, BETWEEN) == 20
    assert young_interval(4 * COST, BETWEEN) == 40


@pytest.mark.parametrize(("times", "wanted"), [(0.25, 0.821), (0.5, 0.885), (1, 0.903), (2, 0.879), (4, 0.801)])
def test_what_stays_of_the_time(times, wanted):
    found = simulated_efficiency(20 * times, COST, BETWEEN)
    assert found == pytest.approx(wanted, abs=0.01)
    if 0.5 <= times <= 2:  # to first order: near the best
        assert found == pytest.approx(efficiency(20 * times, COST, BETWEEN), abs=0.02)


def test_the_best_interval_is_youngs():
    intervals = 20 * 1.15 ** np.arange(-10, 11)
    best = intervals[np.argmax([simulated_efficiency(interval, COST, BETWEEN) for interval in intervals])]
    assert 20 / 1.5 <= best <= 20 * 1.5


def test_nonsense_is_refused():
    for call in (lambda: young_interval(0, 1), lambda: efficiency(1, -1, 1), lambda: simulated_efficiency(1, 1, 0)):
        with pytest.raises(ScaleLabError, match="Expected seconds above 0"):
            call()
