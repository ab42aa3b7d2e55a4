"""Asynchronous training on real processes: a parameter server of some shards, and workers that call it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.parameter_server import ParameterServer
from scalelab.parallel.asynchronous.processes import Limits, processes
from scalelab.parallel.asynchronous.shard import Arrival, Shard
from scalelab.parallel.asynchronous.steps import Step

Worker = Callable[[ParameterServer, int], Any]  # (server, number of the worker) to whatever it gives back


@dataclass(frozen=True)
class WorkersRun:
    """What has become of a run.

    weights: the servers' in the end, (n,). results: what each worker gave back, None of one that died. arrivals: of
    each shard, the gradients in the order in which they came. died: {worker: the sentence that says why}.
    """

    weights: np.ndarray
    results: list[Any]
    arrivals: list[list[Arrival]]
    died: dict[int, str] = field(default_factory=dict)


def run_workers(
    worker: Worker, weights: np.ndarray, step: Callable[[], Step], workers: int, shards: int = 1, *,
    survive: bool = False, limits: Limits = Limits(),  # noqa: B008  (frozen)
    watch: Callable[[list[int | None]], None] = lambda numbers: None,
) -> WorkersRun:  # fmt: skip
    """Run `worker` in so many processes against a parameter server of so many shards, which begins with `weights`.

    `step()` makes what moves a shard's weights, anew for each shard. The rest is as `processes` has it, which raises
    ScaleLabError where something fails.
    """
    if min(workers, shards) < 1:
        raise ScaleLabError(f"Expected a worker and a shard at least, got {workers} and {shards}.")
    serve = [partial(_make_shard, part, step) for part in np.array_split(np.asarray(weights), shards)]
    with processes(serve, partial(_work, worker), workers, survive=survive, limits=limits, watch=watch) as group:
        results = group.wait()
        arrivals = [[Arrival(*one) for one in shard.trace()] for shard in group.servers]
        return WorkersRun(ParameterServer(group.servers).get(), results, arrivals, group.died)


def _make_shard(weights: np.ndarray, step: Callable[[], Step]) -> Shard:
    return Shard(weights, step())


def _work(worker: Worker, servers: list[Any], number: int) -> Any:
    return worker(ParameterServer(servers, number), number)
