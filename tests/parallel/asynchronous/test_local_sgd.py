"""Workers that meet now and then."""

import numpy as np
import pytest
import torch

from scalelab.parallel.asynchronous.local_sgd import OuterNesterov, elastic_pull, train_apart

LR = 0.05


def slope(weights, worker):
    return np.array([1.0, 4.0]) * (weights - worker)


def test_meeting_every_step_is_synchronous_sgd():
    weights = np.array([3.0, -1.0])
    for _ in range(30):
        weights = weights - LR * np.mean([slope(weights, worker) for worker in range(4)], axis=0)
    assert np.allclose(train_apart(np.array([3.0, -1.0]), slope, 4, 30, LR)[-1], weights, rtol=1e-6)


@pytest.mark.parametrize("meet_every", [1, 2, 5, 10])
def test_meetings_are_fewer_by_what_lies_between_them(meet_every):
    path = train_apart(np.zeros(2), slope, 3, 40, LR, meet_every)
    assert len(path) == 40 // meet_every + 1
    assert np.allclose(
        path[-1], 1.0 - (1 - np.array([1.0, 4.0]) * LR) ** 40
    )  # of a quadratic, however rarely they meet


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
