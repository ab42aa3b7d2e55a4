"""The player of waiting workers shows what the schedule says."""

import re

import numpy as np
import pytest

from scalelab.figures.lab4.moving_lanes import RULES, SHOWN, TIMES, MovingLanes
from scalelab.parallel.asynchronous.laws import harmonic


@pytest.fixture(scope="module")
def moving():
    return MovingLanes()


def number(sentence, before, after):
    return float(re.search(f"{before}([0-9.]+){after}", sentence)[1])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("workers", [1, 5, 16])
def test_every_rule_is_drawn_among_any_number_of_workers(moving, rule, times, workers):
    picture, sentence = moving(rule, times, workers, 2.0)
    assert picture.startswith(b"\x89PNG")
    assert sentence.startswith(f"{workers} workers, {rule}: ")
    corners = np.concatenate([path.vertices for path in moving.bars.get_paths()])
    assert corners[:, 0].min() >= 0
    assert corners[:, 0].max() <= SHOWN
    assert len({round(y, 6) for y in corners[:, 1]}) == 2 * workers  # a lane for each


def test_who_waits_computes_for_one_in_the_harmonic_number_of_the_time(moving):
    sentence = moving("all wait", "exponential", 8, 1.0)[1]
    assert number(sentence, "compute ", " %") == pytest.approx(100 / harmonic(8), abs=1)
    assert "is 0.0 updates old" in sentence


def test_who_does_not_wait_computes_always_by_old_weights(moving):
    sentence = moving("nobody waits", "exponential", 8, 4.0)[1]
    assert number(sentence, "compute ", " %") == 100
    assert number(sentence, "is ", " updates old") == pytest.approx(7, abs=0.1)
    assert number(sentence, "slow worker gives ", " %") == pytest.approx(100 * 0.25 / 7.25, abs=1)


def test_a_worker_that_is_always_slow_stops_those_who_may_not_be_far_ahead(moving):
    seconds = {rule: number(moving(rule, "constant", 4, 4.0)[1], ": ", " gradients") for rule in RULES}
    assert seconds["all wait"] == pytest.approx(1, rel=0.02)
    assert seconds["at most 3 steps apart"] == pytest.approx(1, rel=0.05)
    assert seconds["nobody waits"] == pytest.approx(3.25, rel=0.02)
