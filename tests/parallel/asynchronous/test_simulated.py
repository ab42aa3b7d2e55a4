"""Trainings on a counted clock: seconds are those of the schedule, and gradients those of the network."""

from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.durations import constant, exponential, with_slow_worker
from scalelab.parallel.asynchronous.laws import first_of, harmonic
from scalelab.parallel.asynchronous.model_gradient import ModelGradient
from scalelab.parallel.asynchronous.schedule import asynchronous
from scalelab.parallel.asynchronous.simulated import not_together, now_and_then, together
from scalelab.parallel.asynchronous.steps import Adagrad, sgd


def own_number(weights, worker):
    return np.array([float(worker)])


def last(moments, count):
    return list(islice(moments, count))[-1]


def test_together_the_mean_moves_the_weights_and_the_longest_counts():
    end = last(together(exponential, 4, np.zeros(1), own_number, sgd(1.0)), 4000)
    assert end.weights[0] == pytest.approx(-1.5 * 4000)
    assert end.gradients == 16_000
    assert end.seconds / 4000 == pytest.approx(harmonic(4), rel=0.05)


def test_backups_are_not_waited_for_and_their_gradients_are_thrown_away():
    slow = with_slow_worker(constant, slow=3, factor=9.0)
    end = last(together(slow, 4, np.zeros(1), own_number, sgd(1.0), backups=1), 50)
    assert end.weights[0] == pytest.approx(-1.0 * 50)  # the mean of 0, 1 and 2
    assert end.seconds == pytest.approx(50, rel=0.01)
    end = last(together(exponential, 16, np.zeros(1), own_number, sgd(1.0), backups=4), 4000)
    assert end.seconds / 4000 == pytest.approx(first_of(12, 4), rel=0.05)
    with pytest.raises(ScaleLabError, match="Expected fewer backups than the 4 workers"):
        next(together(constant, 4, np.zeros(1), own_number, sgd(1.0), backups=4))


def test_not_together_the_seconds_are_the_schedules():
    updates = asynchronous(3, 20, exponential)
    moments = list(not_together(updates, 3, np.zeros(1), own_number, sgd(1.0)))
    assert [moment.seconds for moment in moments] == [update.time for update in updates]
    assert moments[-1].weights[0] == -sum(update.worker for update in updates)


def test_apart_the_slowest_sum_counts():
    end = last(now_and_then(with_slow_worker(constant, 0, 3.0), 2, np.zeros(1), own_number, 1.0, meet_every=5), 4)
    assert end.seconds == pytest.approx(4 * 5 * 3, rel=1e-3)
    assert end.gradients == 40
    assert end.weights[0] == pytest.approx(-4 * 5 * 0.5)


def small_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 3))


def test_the_gradient_is_that_of_the_network_over_the_workers_own_images():
    X, y = torch.randn(40, 3, 2, 2), torch.arange(40) % 3
    network = small_network()
    gradient = ModelGradient(network, X, y, workers=4, batch_size=10)
    weights = gradient.weights + 0.1
    ours = gradient(weights, 2)  # all of its part, in some order
    again = small_network()
    with torch.no_grad():
        for weight in again.parameters():
            weight += 0.1
    cross_entropy(again(X[2::4]), y[2::4]).backward()
    assert np.allclose(ours, np.concatenate([weight.grad.reshape(-1) for weight in again.parameters()]), atol=1e-6)
    guesses = again(X).argmax(dim=1)
    assert gradient.accuracy(weights, X, y) == pytest.approx(float((guesses == y).float().mean()))


def test_a_worker_sees_each_of_its_images_once_an_epoch():
    seen = []

    class Tracing(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(1, 2)

        def forward(self, x):
            seen.extend(x[:, 0].tolist())
            return self.linear(x)

    X = torch.arange(24.0)[:, None]
    gradient = ModelGradient(Tracing(), X, torch.zeros(24, dtype=torch.long), workers=2, batch_size=4)
    for _ in range(6):
        gradient(gradient.weights, 1)
    assert sorted(seen[:12]) == sorted(seen[12:]) == list(range(1, 24, 2))
    assert seen[:12] != seen[12:]


def test_64_workers_train_a_network():
    X, y = torch.randn(640, 3, 2, 2), torch.arange(640) % 3
    gradient = ModelGradient(small_network(), X, y, workers=64, batch_size=10)
    end = last(not_together(asynchronous(64, 1000, exponential), 64, gradient.weights, gradient, sgd(0.01)), 1000)
    assert end.gradients == 1000
    assert np.isfinite(end.weights).all()


@pytest.mark.parametrize("step", [sgd, Adagrad])
def test_whatever_moves_the_weights_on_a_server_does_it_here(step):
    moments = not_together(asynchronous(4, 400, exponential), 4, np.ones(2), lambda w, _: w, step(0.05))
    assert np.abs(last(moments, 400).weights).max() < 0.2
