"""Workers that meet now and then."""

from itertools import islice

import numpy as np
import pytest
import torch

from scalelab.parallel.asynchronous.durations import exponential
from scalelab.parallel.asynchronous.laws import harmonic
from scalelab.parallel.asynchronous.local_sgd import OuterNesterov, elastic_pull
from scalelab.parallel.asynchronous.simulated import now_and_then, together
from scalelab.parallel.asynchronous.steps import sgd

LR = 0.05


def slope(weights, worker):
    return np.array([1.0, 4.0]) * (weights - worker)


def test_meeting_every_step_is_synchronous_sgd():
    start = np.array([3.0, -1.0])
    apart = islice(now_and_then(exponential, 4, start, slope, LR, meet_every=1), 30)
    all_together = islice(together(exponential, 4, start, slope, sgd(LR)), 30)
    for ours, wanted in zip(apart, all_together, strict=True):
        assert np.allclose(ours.weights, wanted.weights, rtol=1e-6)
        assert ours.gradients == wanted.gradients


@pytest.mark.parametrize("meet_every", [1, 2, 5, 10])
def test_meetings_are_fewer_by_what_lies_between_them(meet_every):
    path = list(islice(now_and_then(exponential, 3, np.zeros(2), slope, LR, meet_every), 40 // meet_every))
    assert path[-1].gradients == 120
    assert np.allclose(path[-1].weights, 1.0 - (1 - np.array([1.0, 4.0]) * LR) ** 40)  # of a quadratic, always


def test_who_meets_rarely_waits_less():
    seconds = [list(islice(now_and_then(exponential, 16, np.zeros(2), slope, LR, every), 400 // every))[-1].seconds
               for every in (1, 10, 100)]  # fmt: skip
    assert seconds[0] == pytest.approx(400 * harmonic(16), rel=0.1)
    assert seconds[0] > 1.5 * seconds[1] > 1.5 * seconds[2] > 400


def test_dilocos_outer_step_is_torchs_nesterov():
    outer = OuterNesterov(lr=0.7, momentum=0.9)
    weights = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer, ours = torch.optim.SGD([weights], lr=0.7, momentum=0.9, nesterov=True), np.array([2.0, -1.0])
    for k in range(6):
        mean = np.array([0.3 * k, -0.1])
        weights.grad = weights.detach() - torch.from_numpy(mean)
        ours = outer(ours, mean)
        optimizer.step()
        assert np.allclose(ours, weights.detach().numpy())


def test_elastic_averaging_pulls_both_and_keeps_their_sum():
    own, centre = elastic_pull(np.array([1.0, 5.0]), np.array([3.0, 1.0]), 0.25)
    assert np.allclose(own, [1.5, 4.0])
    assert np.allclose(centre, [2.5, 2.0])
