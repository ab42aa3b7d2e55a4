"""Servers and workers as real processes: what they hold, what becomes of who dies, and how old gradients are."""

import os
import signal
import time

import numpy as np
import psutil
import pytest

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.downpour import downpour
from scalelab.parallel.asynchronous.laws import mean_staleness
from scalelab.parallel.asynchronous.processes import Limits
from scalelab.parallel.asynchronous.schedule import asynchronous
from scalelab.parallel.asynchronous.steps import sgd
from scalelab.parallel.asynchronous.workers_run import run_workers

pytestmark = [pytest.mark.ranks]
LR = 0.1


def test_one_worker_in_a_process_of_its_own_is_sgd():
    run = run_workers(
        lambda server, _: downpour(server, lambda weights, step: 3 * weights + step, 20, LR),
        np.linspace(-1, 1, 1001), lambda: sgd(LR), workers=1, shards=3,
    )  # fmt: skip
    weights = np.linspace(-1, 1, 1001)
    for step in range(20):
        weights = weights - LR * (3 * weights + step)
    assert np.allclose(run.weights, weights, rtol=1e-6)
    assert np.allclose(run.results[0], weights, rtol=1e-6)
    assert [[one.staleness for one in shard] for shard in run.arrivals] == [[0] * 20] * 3


def timed(seconds):
    """A worker that takes some time for a gradient, and tells how long each of its steps took."""

    def work(server, number):
        generator, took = np.random.default_rng(number), []

        weights, end = server.get(), time.monotonic() + 240 * seconds
        while (begun := time.monotonic()) < end:
            time.sleep(seconds * generator.exponential())
            weights = server.exchange(np.zeros_like(weights))
            took.append(time.monotonic() - begun)
        return took

    return work


def while_all_work(arrivals, workers):
    """From when each has come once until the first has come for the last time."""
    places = [[k for k, one in enumerate(arrivals) if one.worker == worker] for worker in range(workers)]
    return arrivals[max(own[0] for own in places) + 1 : min(own[-1] for own in places)]


@pytest.mark.parametrize("workers", [2, 4])
def test_staleness_and_step_time_are_those_of_the_simulation(workers):
    run = run_workers(timed(0.01), np.zeros(10), lambda: sgd(LR), workers)
    all_at_work = while_all_work(run.arrivals[0], workers)
    staleness = np.mean([one.staleness for one in all_at_work])
    assert staleness == pytest.approx(mean_staleness(workers), rel=0.02)
    took = [iter(seconds) for seconds in run.results]
    simulated = asynchronous(workers, len(all_at_work), lambda _, worker: next(took[worker]))
    real = (all_at_work[-1].time - all_at_work[0].time) / (len(all_at_work) - 1)
    assert simulated[-1].time / len(simulated) == pytest.approx(real, rel=0.1)


def test_an_error_of_a_worker_ends_all_and_is_told():
    def work(server, number):
        if number == 1:
            raise KeyError("no such image")
        time.sleep(1000)

    with pytest.raises(ScaleLabError, match=r"^Worker 1 stopped with KeyError: 'no such image'"):
        run_workers(work, np.zeros(3), lambda: sgd(LR), 3)


def test_an_error_of_the_servers_own_step_reaches_the_worker():
    def broken():
        return lambda weights, gradient, staleness: weights / gradient["lr"]

    with pytest.raises(ScaleLabError, match=r"`add` stopped on the server with IndexError"):
        run_workers(lambda server, _: downpour(server, lambda weights, step: weights, 5, LR), np.zeros(3), broken, 1)


def test_a_wrong_shape_is_refused_in_a_sentence():
    with pytest.raises(
        ScaleLabError, match=r"The parameter server holds 1,000 weights, but got values of shape \(3,\)"
    ):
        run_workers(lambda server, _: (server.get(), server.add(np.ones(3))), np.zeros(1000), lambda: sgd(LR), 1, 2)


def test_the_others_go_on_where_a_worker_is_killed():
    def work(server, number):
        def gradient(weights, step):
            if number == 1 and step == 10:
                os.kill(os.getpid(), signal.SIGKILL)
            return np.ones_like(weights)

        downpour(server, gradient, 40, LR)
        return "done"

    run = run_workers(work, np.zeros(4), lambda: sgd(-1.0), 3, shards=2, survive=True)
    assert run.results == ["done", None, "done"]
    assert run.died == {1: "Worker 1 was killed from outside (signal 9), most often because memory ran out."}
    assert np.array_equal(run.weights, np.full(4, 90.0))  # what it had sent counts, once


def test_a_server_that_dies_ends_all():
    def work(server, number):
        server.get()
        os.kill(first_server(), signal.SIGKILL)
        time.sleep(1000)

    def first_server():
        mine = psutil.Process().parent()
        others = [one for guard in mine.parent().children() for one in guard.children()]
        return next(one.pid for one in others if "server-0" in one.cmdline()[-1])

    with pytest.raises(ScaleLabError, match=r"^Server 0 was killed from outside .*, before the workers had ended\."):
        run_workers(work, np.zeros(3), lambda: sgd(LR), 1)


def test_what_never_ends_is_ended_in_time():
    with pytest.raises(ScaleLabError, match="The time was used up while 2 of 2 workers ran"):
        run_workers(
            lambda server, _: time.sleep(1000), np.zeros(3), lambda: sgd(LR), 2, limits=Limits(seconds=5)
        )  # fmt: skip
    below = {one.pid for one in psutil.Process().children(recursive=True)}
    there = [one for one in psutil.process_iter(["cmdline"]) if one.pid in below]  # None of one that ends now
    assert not [one for one in there if "worker-" in " ".join(one.info["cmdline"] or [])]


@pytest.mark.parametrize(("workers", "shards"), [(0, 1), (1, 0)])
def test_nobody_is_refused(workers, shards):
    with pytest.raises(ScaleLabError, match="Expected a worker and a shard at least"):
        run_workers(lambda server, _: None, np.zeros(3), lambda: sgd(LR), workers, shards)
