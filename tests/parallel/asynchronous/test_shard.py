"""A shard, and the parameter server that is made of several: nothing is lost, and nonsense is refused."""

import threading

import numpy as np
import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.parameter_server import ParameterServer
from scalelab.parallel.asynchronous.shard import Shard
from scalelab.parallel.asynchronous.steps import Adagrad, sgd


def server_of(weights, shards, step=lambda: sgd(1.0)):
    return ParameterServer([Shard(part, step()) for part in np.array_split(np.asarray(weights), shards)])


@pytest.mark.parametrize("shards", [1, 2, 3, 7])
def test_what_is_put_is_got_whatever_the_number_of_shards(shards):
    server = server_of(np.zeros(11), shards)
    server.put(np.arange(11.0))
    assert np.array_equal(server.get(), np.arange(11.0))


def test_no_gradient_is_lost_where_many_come_at_once():
    shard = Shard(np.zeros(50), sgd(-1.0))
    threads = [threading.Thread(target=lambda: [shard.add(np.ones(50), 0) for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    weights, version = shard.get()
    assert version == 1600
    assert np.array_equal(weights, np.full(50, 1600.0))


def test_a_gradient_is_as_stale_as_the_weights_that_its_worker_read():
    shard = Shard(np.zeros(2), sgd(1.0))
    first, second = ParameterServer([shard], worker=1), ParameterServer([shard], worker=2)
    first.get()
    second.get()
    for _ in range(3):
        second.add(np.ones(2))
    first.add(np.ones(2))
    assert [(worker, staleness) for worker, staleness, _ in shard.trace()] == [(2, 0), (2, 1), (2, 2), (1, 3)]


def test_what_a_worker_got_does_not_change_under_it():
    server = server_of([1.0, 2.0], 1)
    mine = server.get()
    server.add(np.ones(2))
    assert np.array_equal(mine, [1.0, 2.0])


@pytest.mark.parametrize("values", [np.ones(4), np.ones((5, 1)), np.ones(6), np.float64(1)])
def test_values_of_another_shape_are_refused_and_change_nothing(values):
    server = server_of(np.zeros(5), 2)
    server.get()
    for call in (server.add, server.put):
        with pytest.raises(ScaleLabError, match=r"holds 5 weights, but got values of shape"):
            call(values)
    with pytest.raises(ScaleLabError, match="The shard holds weights of shape"):
        server.shards[0].add(np.ones(2), 0)
    assert np.array_equal(server.get(), np.zeros(5))


def test_adagrad_on_the_server_is_torchs():
    weights = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
    optimizer, server = (
        torch.optim.Adagrad([weights], lr=0.3, eps=1e-8),
        server_of([1.0, -2.0, 3.0], 2, lambda: Adagrad(0.3)),
    )
    for k in range(5):
        gradient = np.array([1.0, 2.0 - k, 0.1 * k])
        weights.grad = torch.tensor(gradient)
        optimizer.step()
        server.add(gradient)
    assert np.allclose(server.get(), weights.detach().numpy(), atol=1e-10)
