"""How fast one worker of this machine trains, and what a short probe reads at that speed."""

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
import torch

from scalelab.grade.run.clock.training_step import Probe, timed, training_step

BATCH_SIZE = 64
WARMUP_STEPS = 5
MOST_CORES = 4  # that are tried in turn


class WorkerSpeed(msgspec.Struct, frozen=True):
    """Of plain training steps by one worker, a core or a GPU; and what a `Probe` of the same core reads meanwhile."""

    images_per_second: float
    probe_seconds: float | None = None


def measure_worker_speed(model_name: str, device: str, seconds: float = 5.0) -> WorkerSpeed:
    """Train for so many seconds after a warm-up; medians, so that a neighbour's burst does not move them.

    On cores what counts is their own time, and each step has a probe beside it: a core may change its speed at any
    moment, but how a step compares with a probe stays.
    """
    with _one_thread():
        if device == "gpu":
            return WorkerSpeed(BATCH_SIZE / statistics.median(_step_times(model_name, seconds)))
        pairs = _steps_and_probes(model_name, seconds)
    step_seconds = statistics.median(step for step, _ in pairs)
    probes_a_step = statistics.median(step / probe for step, probe in pairs)
    return WorkerSpeed(BATCH_SIZE / step_seconds, step_seconds / probes_a_step)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this thread to the core."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _step_times(model_name: str, seconds: float) -> list[float]:
    step = training_step(model_name, "cuda", BATCH_SIZE)
    times: list[float] = []
    while sum(times[WARMUP_STEPS:]) < seconds:
        times.append(timed(step, time.perf_counter))
    return times[WARMUP_STEPS:]


def _steps_and_probes(model_name: str, seconds: float) -> list[tuple[float, float]]:
    """Seconds of a core for a step and for a probe beside it, on some cores in turn."""
    step, probe = training_step(model_name, "cpu", BATCH_SIZE), Probe(model_name)
    cores = _spread(sorted(os.sched_getaffinity(0)))
    pairs: list[tuple[float, float]] = []
    for core in cores:
        with on_core(core):
            for _ in range(WARMUP_STEPS):
                step()
            end = time.thread_time() + seconds / len(cores)
            while time.thread_time() < end:
                pairs.append((timed(step, time.thread_time), probe.read()))
    return pairs


def _spread(cores: Sequence[int]) -> list[int]:
    """At most MOST_CORES of them, from all over the machine."""
    return list(cores[:: -(-len(cores) // MOST_CORES)])


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
