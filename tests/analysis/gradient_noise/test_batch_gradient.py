"""The gradient of a batch is an unbiased estimate of that of all the data; its variance is known exactly."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.analysis.descent.quadratic import bowl
from scalelab.analysis.gradient_noise.batch_gradient import (
    batch_gradients,
    example_gradients,
    exponent,
    gradient_seconds,
    measured_variance,
    variance_of_batches,
)
from scalelab.data import noisy_line
from scalelab.errors import ScaleLabError

quickly = settings(deadline=None, max_examples=30)
seeds = st.integers(0, 10**6)


def all_batches(gradients, size):
    return np.array([gradients[list(batch)].mean(axis=0) for batch in combinations(range(len(gradients)), size)])


@quickly
@given(st.integers(2, 7), st.integers(1, 3), seeds)
def test_the_mean_over_all_possible_batches_is_the_full_gradient(count, dimensions, seed):
    gradients = np.random.default_rng(seed).normal(1, 2, (count, dimensions))
    for size in range(1, count + 1):
        assert np.allclose(all_batches(gradients, size).mean(axis=0), gradients.mean(axis=0))


@quickly
@given(st.integers(2, 7), st.integers(1, 3), seeds)
def test_the_variance_is_that_of_all_possible_batches(count, dimensions, seed):
    gradients = np.random.default_rng(seed).normal(1, 2, (count, dimensions))
    for size in range(1, count + 1):
        batches = all_batches(gradients, size)
        wanted = np.mean(np.sum((batches - gradients.mean(axis=0)) ** 2, axis=1))
        assert variance_of_batches(gradients, size) == pytest.approx(wanted, abs=1e-12)
        population = gradients.var(axis=0).sum() / size * (count - size) / (count - 1)
        assert variance_of_batches(gradients, size) == pytest.approx(population, abs=1e-12)


@quickly
@given(st.integers(1, 8), st.integers(1, 12), seeds)
def test_the_mean_gradient_of_equal_batches_is_the_full_gradient(batches, size, seed):
    line = noisy_line(batches * size, seed=seed)
    order = np.random.default_rng(seed).permutation(batches * size)
    gradients = example_gradients(line, 0.3, -0.7)
    parts = [gradients[batch].mean(axis=0) for batch in order.reshape(batches, size)]
    assert np.allclose(np.mean(parts, axis=0), gradients.mean(axis=0))


@quickly
@given(st.integers(2, 60), st.integers(1, 20), seeds)
def test_with_a_short_last_batch_it_is_the_mean_weighted_by_size(count, size, seed):
    line = noisy_line(count, seed=seed)
    order = np.random.default_rng(seed).permutation(count)
    gradients = example_gradients(line, 0.3, -0.7)
    cut = [order[first : first + size] for first in range(0, count, size)]
    parts, weights = [gradients[batch].mean(axis=0) for batch in cut], [len(batch) for batch in cut]
    assert np.allclose(np.average(parts, axis=0, weights=weights), gradients.mean(axis=0))


def test_the_mean_of_the_examples_gradients_is_the_gradient_of_the_loss():
    line = noisy_line(50, seed=3)
    found = bowl(line.x, line.y)
    wanted = found.hessian @ (np.array([0.3, -0.7]) - found.minimum)
    assert np.allclose(example_gradients(line, 0.3, -0.7).mean(axis=0), wanted)


@pytest.mark.parametrize("seed", range(3))
def test_the_variance_measured_on_draws_falls_as_one_over_the_batch_size(seed):
    line, sizes = noisy_line(4096, seed=seed), [1, 2, 4, 8, 16, 32, 64]
    gradients = example_gradients(line, 0.0, 0.0)
    measured = measured_variance(batch_gradients(gradients, sizes, 2000, seed), gradients.mean(axis=0))
    assert measured.shape == (5, 7)
    assert exponent(sizes, measured.mean(axis=0)) == pytest.approx(-1, abs=0.06)
    assert np.allclose(measured.mean(axis=0), [variance_of_batches(gradients, size) for size in sizes], rtol=0.15)


def test_a_batch_of_all_the_data_has_no_variance():
    gradients = example_gradients(noisy_line(64), 0.0, 0.0)
    assert np.allclose(batch_gradients(gradients, [64], 5)[:, 0], gradients.mean(axis=0))
    assert variance_of_batches(gradients, 64) == 0
    assert variance_of_batches(gradients, 32) == pytest.approx(variance_of_batches(gradients, 1) / 63)


def test_batches_come_without_replacement():
    units = np.eye(6)  # example i's gradient is the unit vector i: a batch says who is in it
    batches = batch_gradients(units, [1, 2, 4], 200)
    for place, size in enumerate([1, 2, 4]):
        assert np.allclose(np.unique(batches[:, place].round(9)), [0, 1 / size])


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(ScaleLabError, match="batch sizes of 1 to 6"):
        batch_gradients(np.ones((6, 2)), [4, 7], 3)


def test_every_batch_size_is_timed_in_every_repeat():
    seconds = gradient_seconds(noisy_line(256), [1, 16, 256], repeats=2)
    assert seconds.shape == (2, 3)
    assert (seconds > 0).all()
