"""L-BFGS in pieces: the same iterates as in one piece, and a worker's death costs nothing."""

import os
import signal
import sys
import time

import cloudpickle
import numpy as np
import psutil
import pytest
import torch

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.lbfgs import lbfgs
from scalelab.parallel.asynchronous.sandblaster import ShardedVectors, sandblaster
from scalelab.parallel.asynchronous.task_list import TaskList
from scalelab.parallel.asynchronous.vector_shard import VectorShard

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the other processes do not find this file
FEATURES, TASKS, EACH = 20, 16, 25
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(TASKS * EACH, FEATURES)) * np.linspace(0.2, 3, FEATURES)
Y = np.sign(X @ GENERATOR.normal(size=FEATURES) + GENERATOR.normal(size=len(X)))
SCALE = 1 / 8000  # so that torch's first step, 1 / sum |g|, is 1 as ours


def logistic(weights, task, scale=SCALE):
    """The loss of some examples, with a ridge, and its gradient."""
    x, y = X[task * EACH : (task + 1) * EACH], Y[task * EACH : (task + 1) * EACH]
    margin = y * (x @ weights)
    loss = np.log1p(np.exp(-margin)).sum() + 0.05 * weights @ weights / TASKS
    slope = -x.T @ (y / (1 + np.exp(margin))) + 0.1 * weights / TASKS
    return scale * float(loss), scale * slope


def of_torch(iterations, memory):
    """The weights where torch's L-BFGS is after so many iterations."""
    weights = torch.zeros(FEATURES, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights], lr=1, max_iter=iterations, history_size=memory, tolerance_grad=0, tolerance_change=0, max_eval=1000
    )

    def closure():
        parts = [logistic(weights.detach().numpy(), task) for task in range(TASKS)]
        weights.grad = torch.from_numpy(sum(slope for _, slope in parts))
        return torch.tensor(sum(loss for loss, _ in parts))

    optimizer.step(closure)
    return weights.detach().numpy()


def in_this_process(shards, iterations, memory, scale=SCALE):
    vectors = ShardedVectors([VectorShard(part) for part in np.array_split(np.zeros(FEATURES), shards)])

    def evaluate():
        weights = np.concatenate([shard.get("weights") for shard in vectors.shards])
        parts = [logistic(weights, task, scale) for task in range(TASKS)]
        for number, shard in enumerate(vectors.shards):
            shard.begin(0)
            for task, (_, slope) in enumerate(parts):
                shard.accumulate(0, task, np.array_split(slope, shards)[number])
        return sum(loss for loss, _ in parts)

    history = lbfgs(vectors, evaluate, iterations, memory)
    return np.concatenate([shard.get("weights") for shard in vectors.shards]), history


@pytest.mark.parametrize("shards", [1, 2, 7])
@pytest.mark.parametrize(("iterations", "memory"), [(1, 10), (2, 10), (15, 10), (15, 3)])
def test_the_iterates_are_torchs(shards, iterations, memory):
    weights, history = in_this_process(shards, iterations, memory)
    assert len(history) == iterations
    assert np.linalg.norm(weights - (wanted := of_torch(iterations, memory))) <= 1e-8 * np.linalg.norm(wanted)


def test_it_comes_to_the_minimum_and_stops_there():
    weights, history = in_this_process(2, 500, 10, scale=1)
    slope = sum(logistic(weights, task, scale=1)[1] for task in range(TASKS))
    assert np.linalg.norm(slope) < 1e-5  # where the loss no longer tells two weights apart
    assert len(history) < 500


@pytest.mark.ranks
@pytest.mark.parametrize("workers", [1, 3])
def test_on_real_processes_the_iterates_are_the_same(workers):
    weights, history = sandblaster(logistic, TASKS, np.zeros(FEATURES), 12, workers, shards=3)
    wanted = of_torch(12, 10)
    assert np.linalg.norm(weights - wanted) <= 1e-8 * np.linalg.norm(wanted)
    assert len(history) == 12


@pytest.mark.ranks
def test_a_worker_that_is_killed_and_one_that_sleeps_change_nothing():
    killed = []

    def watch(numbers):
        if not killed and None not in numbers and psutil.Process(numbers[1]).cpu_times().user > 0.1:  # it has begun
            os.kill(numbers[1], signal.SIGKILL)
            os.kill(numbers[2], signal.SIGSTOP)
            killed.append(numbers[1])

    def slowly(weights, task):
        time.sleep(0.01)
        return logistic(weights, task)

    weights, _ = sandblaster(slowly, TASKS, np.zeros(FEATURES), 12, 3, watch=watch)
    wanted = of_torch(12, 10)
    assert killed
    assert np.linalg.norm(weights - wanted) <= 1e-8 * np.linalg.norm(wanted)


@pytest.mark.ranks
def test_an_error_of_the_loss_is_told():
    def broken(weights, task):
        raise ValueError("no labels")

    with pytest.raises(ScaleLabError, match="no labels"):
        sandblaster(broken, 4, np.zeros(3), 2, 2)


def test_tasks_are_handed_out_once_and_then_again_where_they_are_not_done():
    tasks = TaskList()
    tasks.begin(1, 3)
    assert [tasks.ask() for _ in range(3)] == [(1, 0), (1, 1), (1, 2)]
    tasks.done(1, 0, 0.5)
    tasks.done(1, 2, 0.25)
    assert tasks.ask() == (1, 1)  # the backup
    assert tasks.given == [1, 2, 1]
    assert tasks.sum() is None
    tasks.done(1, 1, 1.0)
    tasks.done(1, 1, 99.0)  # the one that was slower
    assert tasks.sum() == 1.75
    assert tasks.ask() is None
    tasks.begin(2, 1)
    tasks.done(1, 0, 99.0)  # of the round before
    assert tasks.sum() is None


def test_a_task_counts_once_and_only_in_its_round():
    shard = VectorShard(np.zeros(2))
    shard.begin(4)
    for number, task in ((4, 0), (4, 0), (3, 1), (4, 1)):
        shard.accumulate(number, task, np.ones(2))
    assert np.array_equal(shard.get("gradient"), [2.0, 2.0])
    with pytest.raises(ScaleLabError, match="holds 2 weights, but task 5 gave a gradient of shape"):
        shard.accumulate(4, 5, np.ones(3))
    with pytest.raises(ScaleLabError, match="holds no vector `velocity`, but weights, gradient"):
        shard.dot("velocity", "weights")
