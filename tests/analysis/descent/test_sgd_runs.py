"""Runs of SGD side by side: they are what one run is, their floor is proportional to lr / B, decay gets below it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.analysis.descent.quadratic import bowl
from scalelab.analysis.descent.sgd_runs import best_rate, excess_of_runs, path_through, race, updates_until
from scalelab.analysis.gradient_noise.batch_gradient import exponent
from scalelab.data import noisy_line
from scalelab.train.descent import descend

LINE = noisy_line(4096, w=2.0, b=-1.0, centre=1.0, seed=0)
FOUND = bowl(LINE.x, LINE.y)


def test_with_all_the_examples_every_run_is_gradient_descent():
    path = descend(LINE, 0.1, steps=30)
    excess = excess_of_runs(LINE, 0.1, 4096, updates=30, runs=3)
    assert excess.shape == (3, 31)
    assert np.allclose(excess, FOUND.loss(path.w, path.b) - FOUND.lowest)


def test_runs_start_alike_and_take_batches_of_their_own():
    excess = excess_of_runs(LINE, 0.05, 4, updates=20, runs=5)
    assert np.allclose(excess[:, 0], FOUND.loss(0, 0) - FOUND.lowest)
    assert len(np.unique(excess[:, -1])) == 5
    assert np.array_equal(excess, excess_of_runs(LINE, 0.05, 4, updates=20, runs=5))


def test_the_floor_is_proportional_to_the_rate_over_the_batch_size():
    pairs = [(0.01, 2), (0.03, 2), (0.01, 8), (0.03, 8), (0.03, 32)]
    floors = [excess_of_runs(LINE, lr, size, 1200, 30, seed=1)[:, 600:].mean() for lr, size in pairs]
    assert exponent([lr / size for lr, size in pairs], floors) == pytest.approx(1, abs=0.1)


def test_a_decaying_rate_gets_below_the_floor_of_the_rate_it_began_with():
    fixed = excess_of_runs(LINE, 0.05, 8, 2000, 20)[:, -500:].mean()
    decaying = excess_of_runs(LINE, lambda step: 0.05 / (1 + step / 100), 8, 2000, 20)[:, -500:].mean()
    assert decaying < fixed / 4


def test_the_target_is_reached_by_the_mean_and_not_by_the_luckiest_run():
    excess = np.array([[3.0, 0.0, 1.0, 0.4], [3.0, 2.2, 1.0, 0.4]])
    assert updates_until(excess, 0.5) == 3
    assert updates_until(excess, 1.0) == 2
    assert updates_until(excess, 0.1) == np.inf


def test_the_best_rate_is_no_divergent_and_no_tiny_one():
    assert best_rate(LINE, 4096, 0.01, [0.001, 0.25, 2.0], updates=60, runs=2) == 0.25


def test_a_rate_that_only_touches_the_target_is_not_the_best():
    lr = best_rate(LINE, 1, 0.01, [0.01, 0.05], updates=600, runs=20)  # the floor of 0.05 lies above 0.01
    assert lr == 0.01


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 10**6))
def test_a_path_through_batches_is_that_of_the_steps_written_out(count, size, seed):
    line = noisy_line(count, seed=seed)
    batches = [np.arange(count)[first : first + size] for first in range(0, count, size)]
    w = b = 0.0
    for batch, visited in zip(batches, path_through(line.x, line.y, 0.1, batches)[1:], strict=True):
        error = w * line.x[batch] + b - line.y[batch]
        w, b = w - 0.2 * np.mean(error * line.x[batch]), b - 0.2 * np.mean(error)
        assert tuple(visited) == pytest.approx((w, b))


def test_a_race_counts_updates_epochs_and_seconds_of_the_same_runs():
    run = race(LINE, 64, 0.2, updates=80, runs=10)
    assert run.excess.shape == run.seconds.shape == (10, 81)
    assert (np.diff(run.seconds) > 0).all()
    assert run.epochs[-1] == 80 * 64 / 4096
    needed = run.until(0.02)
    assert np.allclose(needed["epochs"], needed["updates"] * 64 / 4096)
    assert (needed["seconds"] > 0).all()
    assert len(np.unique(run.excess[:, -1])) == 10


def test_larger_batches_win_by_updates_and_smaller_ones_by_epochs():
    lrs, target = [0.4 / 2 ** (power / 2) for power in range(12)], 0.02
    line, needed = noisy_line(65_536, w=2.0, b=-1.0, centre=1.0, seed=0), {}
    for size, updates in ((1, 600), (8, 150), (64, 50), (65_536, 25)):
        lr = best_rate(line, size, target, lrs, updates)
        needed[size] = updates_until(excess_of_runs(line, lr, size, updates, 200, seed=5), target)
    assert needed[65_536] < needed[64] < needed[8] < needed[1]
    assert 1 * needed[1] < 8 * needed[8] < 64 * needed[64] < 65_536 * needed[65_536]
