"""A way has won when luck is no explanation, and only then."""

import numpy as np
import pytest

from scalelab.analysis.evidence.comparison import compare


def test_the_deviation_is_that_of_student_s_own_example():
    # Student (1908), "The probable error of a mean": hours of sleep gained with two drugs; t is 1.8608 (R, ?sleep).
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    comparison = compare(np.transpose([first, second]))
    t = (comparison.means[1] - comparison.means[0]) / comparison.standard_error(0, 1)
    assert t == pytest.approx(1.8608, abs=1e-4)
    assert not comparison.differ(0, 1)


def test_runs_that_are_missing_count_for_nothing():
    runs = np.array([[1.0, 4.0], [3.0, np.nan], [2.0, 6.0]])
    comparison = compare(runs)
    assert list(comparison.means) == [2, 5]
    assert list(comparison.seeds) == [3, 2]
    assert comparison.deviation == pytest.approx(np.sqrt((2 + 2) / 3))


def test_what_lies_within_two_standard_errors_has_not_lost():
    noise = np.array([-1.0, 1.0] * 8)[:, None]  # deviation sqrt(16 / 15), standard error 0.365
    assert compare(noise + [0, 0.7, 0.8, 5]).smallest() == [0, 1]
    assert compare(noise + [0.7, 0, 5, 0.8]).smallest() == [0, 1]


def test_luck_alone_wins_in_about_one_of_twenty():
    draws = np.random.default_rng(1).normal(size=(2000, 8, 2))
    wins = sum(compare(runs).differ(0, 1) for runs in draws)
    assert 0.04 < wins / 2000 < 0.09


def test_a_way_without_runs_is_never_the_best():
    assert compare([[np.nan, 1.0, 9.0], [np.nan, 1.1, 9.1]]).smallest() == [1]


def test_single_runs_cannot_be_compared():
    with pytest.raises(ValueError, match="shows no spread"):
        compare([[1.0, 2.0]])
