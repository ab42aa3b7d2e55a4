"""Sandblaster: L-BFGS by a coordinator, shards that hold all vectors, and workers that do tiny tasks.

Dean and others (2012), section 4.2.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.lbfgs import Iteration, lbfgs
from scalelab.parallel.asynchronous.processes import Limits, processes
from scalelab.parallel.asynchronous.task_list import TaskList
from scalelab.parallel.asynchronous.vector_shard import VectorShard

TaskGradient = Callable[[np.ndarray, int], tuple[float, np.ndarray]]  # (weights, task) to its loss and gradient
PAUSE = 1e-3  # seconds until one who has nothing to do asks again


class ShardedVectors:
    """Vectors whose slices lie in shards: what is asked of one is asked of all, and their numbers add up."""

    def __init__(self, shards: Sequence[Any]):
        self.shards = list(shards)

    def dot(self, a: str, b: str) -> float:
        """The product of two vectors."""
        return sum(shard.dot(a, b) for shard in self.shards)

    def combine(self, target: str, parts: list[tuple[float, str]]) -> None:
        """target = the sum of factor * vector over the parts."""
        for shard in self.shards:
            shard.combine(target, parts)


def sandblaster(
    gradient: TaskGradient, tasks: int, weights: np.ndarray, iterations: int, workers: int, shards: int = 2,
    memory: int = 10, limits: Limits = Limits(),  # noqa: B008  (frozen)
    watch: Callable[[list[int | None]], None] = lambda numbers: None,
) -> tuple[np.ndarray, list[Iteration]]:  # fmt: skip
    """Minimise the sum of the tasks' losses from `weights`, (n,), on real processes; the weights found, and each
    iteration.

    This process is the coordinator. A worker that dies costs nothing but its speed: what it had begun is done by
    another. Raises ScaleLabError where a shard fails, or no worker is left.
    """
    if min(workers, shards, tasks) < 1:
        raise ScaleLabError(f"Expected a worker, a shard and a task at least, got {workers}, {shards} and {tasks}.")
    serve: list[Callable[[], object]] = [partial(VectorShard, part) for part in np.array_split(weights, shards)]
    does = partial(work, gradient)
    with processes([*serve, TaskList], does, workers, survive=True, limits=limits, watch=watch) as group:
        *remotes, task_list = group.servers
        history = lbfgs(ShardedVectors(remotes), Evaluation(remotes, task_list, tasks, group.look), iterations, memory)
        return np.concatenate([shard.get("weights") for shard in remotes]), history


class Evaluation:
    """Of the loss and its gradient by all workers: call it, and it waits until every task is done. `look` raises where
    that will never be.
    """

    def __init__(self, shards: Sequence[Any], task_list: Any, tasks: int, look: Callable[[], object]):
        self.shards, self.task_list, self.tasks, self.look = shards, task_list, tasks, look
        self.rounds = 0

    def __call__(self) -> float:
        self.rounds += 1
        for shard in self.shards:
            shard.begin(self.rounds)
        self.task_list.begin(self.rounds, self.tasks)
        while (loss := self.task_list.sum()) is None:
            self.look()
            time.sleep(PAUSE)
        return float(loss)


def work(gradient: TaskGradient, servers: Sequence[Any], number: int) -> None:  # noqa: ARG001  (every worker alike)
    """Do tasks for ever: the coordinator ends it."""
    *shards, task_list = servers
    weights, of_round = np.empty(0), 0
    while True:
        asked = task_list.ask()
        if asked is None:
            time.sleep(PAUSE)
            continue
        round_, task = asked
        if round_ != of_round:
            weights, of_round = np.concatenate([shard.get("weights") for shard in shards]), round_
        loss, slope = gradient(weights, task)
        for shard, part in zip(shards, np.array_split(slope, len(shards)), strict=True):
            shard.accumulate(round_, task, part)
        task_list.done(round_, task, loss)
