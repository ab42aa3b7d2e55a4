"""Downpour SGD's worker, on a server in this process."""

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.downpour import asynchronous_sgd, downpour
from scalelab.parallel.asynchronous.parameter_server import ParameterServer
from scalelab.parallel.asynchronous.shard import Shard
from scalelab.parallel.asynchronous.steps import sgd

LR = 0.1
CURVATURE = np.array([1.0, 3.0, 0.2])


def slope(weights, step):
    return CURVATURE * weights + 0.01 * step


def serial(start, steps):
    weights = start
    for step in range(steps):
        weights = weights - LR * slope(weights, step)
    return weights


class Recorded(ParameterServer):
    """What is called, in turn."""

    def __init__(self, shards):
        super().__init__(shards)
        self.calls = []

    def get(self):
        self.calls.append("get")
        return super().get()

    def add(self, gradient):
        self.calls.append("add")
        super().add(gradient)


def server(start=np.ones(3)):  # noqa: B008  (never changed)
    return Recorded([Shard(part, sgd(LR)) for part in np.array_split(start, 2)])


def test_one_worker_that_pushes_and_fetches_every_step_is_sgd():
    one = server()
    downpour(one, slope, 50, LR)
    assert np.allclose(one.get(), serial(np.ones(3), 50), rtol=1e-6)


def test_one_worker_that_exchanges_is_sgd():
    assert np.allclose(asynchronous_sgd(server(), slope, 50), serial(np.ones(3), 50), rtol=1e-6)


@pytest.mark.parametrize(("fetch_every", "push_every"), [(1, 1), (5, 5), (4, 6), (7, 3), (100, 100)])
def test_one_worker_is_sgd_where_it_has_pushed_before_it_fetches(fetch_every, push_every):
    one = server()
    own = downpour(one, slope, 23, LR, fetch_every, push_every)
    assert one.calls.count("get") == -(-23 // fetch_every)
    assert one.calls.count("add") == -(-23 // push_every)
    if fetch_every % push_every == 0:
        assert np.allclose(one.get(), serial(np.ones(3), 23))
        assert np.allclose(own, serial(np.ones(3), 23))


def test_all_gradients_arrive_once():
    one = ParameterServer([Shard(np.zeros(3), sgd(1.0))])
    downpour(one, lambda weights, step: np.full(3, 2.0**step), 10, LR, fetch_every=3, push_every=4)
    assert np.array_equal(one.get(), np.full(3, -1023.0))


@pytest.mark.parametrize("numbers", [{"fetch_every": 0}, {"push_every": -1}])
def test_a_worker_that_never_talks_is_refused(numbers):
    with pytest.raises(ScaleLabError, match="every 1 or more steps"):
        downpour(server(), slope, 5, LR, **numbers)
