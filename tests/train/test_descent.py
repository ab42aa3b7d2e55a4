"""Descent on a line follows the closed form; batches lose no example; seeds reproduce."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalelab.data import Line, noisy_line
from scalelab.errors import ScaleLabError
from scalelab.train.descent import descend


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.integers(0, 50), st.floats(0.01, 0.4), st.floats(-2, 2))
def test_with_all_examples_it_is_the_power_of_a_matrix(seed, steps, lr, centre):
    """theta_k - theta* = (I - lr H)^k (theta_0 - theta*)."""
    line = noisy_line(seed=seed, centre=centre)
    inputs = np.stack([line.x, np.ones_like(line.x)], axis=1)
    hessian = 2 / len(line.x) * inputs.T @ inputs
    best = np.linalg.lstsq(inputs, line.y, rcond=None)[0]
    wanted = best + np.linalg.matrix_power(np.eye(2) - lr * hessian, steps) @ (np.array([3.0, -1.0]) - best)
    path = descend(line, lr, (3.0, -1.0), steps)
    assert len(path.w) == len(path.b) == steps + 1
    assert np.allclose([path.w[-1], path.b[-1]], wanted, rtol=1e-7, atol=1e-7 * np.abs(wanted).max())


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 60), st.data())
def test_an_epoch_sees_every_example_once_also_in_a_short_last_batch(count, data):
    """With one example per power of two, and x = 0, each step of b tells the sum of its batch's examples."""
    batch_size = data.draw(st.integers(1, count))
    line = Line(np.zeros(count), 2.0 ** -np.arange(count), 0.0, 0.0, 0.0, 0)
    steps = -(-count // batch_size)
    sizes = [batch_size] * (steps - 1) + [count - batch_size * (steps - 1)]
    path = descend(line, 1e-9, steps=steps, batch_size=batch_size, seed=data.draw(st.integers(0, 99)))
    sums = np.diff(path.b) / 2e-9 * sizes
    assert sums.sum() == pytest.approx(line.y.sum(), rel=1e-6)


def test_a_batch_of_all_examples_is_the_whole():
    line = noisy_line(30)
    whole, batch = descend(line, 0.1), descend(line, 0.1, batch_size=30)
    assert np.allclose(whole.w, batch.w)
    assert np.allclose(whole.b, batch.b)


def test_epochs_are_shuffled_anew():
    line = noisy_line(4, noise=1.0)
    steps = 200
    path = descend(line, lambda _: 1e-9, steps=steps, batch_size=1)
    seen = np.abs(np.diff(path.b)[:, None] / 2e-9 - line.y).argmin(axis=1).reshape(-1, 4)
    assert (np.sort(seen) == np.arange(4)).all()
    assert len({tuple(epoch) for epoch in seen}) > 10


def test_a_path_belongs_to_its_seed():
    line = noisy_line()
    first, again, other = (descend(line, 0.05, batch_size=8, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.w, again.w)
    assert not np.array_equal(first.w, other.w)


def test_the_rate_may_depend_on_the_step():
    line = noisy_line()
    path = descend(line, lambda step: 0.1 if step < 3 else 0.0, steps=10)
    assert np.array_equal(path.w[:4], descend(line, 0.1, steps=3).w)
    assert np.array_equal(path.w[3:], np.full(8, path.w[3]))


def test_a_diverging_path_is_kept_whole():
    assert len(descend(noisy_line(), 50.0, steps=1000).w) == 1001


@pytest.mark.parametrize("batch_size", [0, -1, 101])
def test_a_batch_size_outside_the_data_is_refused(batch_size):
    with pytest.raises(ScaleLabError, match="batch size of 1 to 100"):
        descend(noisy_line(100), 0.1, batch_size=batch_size)
